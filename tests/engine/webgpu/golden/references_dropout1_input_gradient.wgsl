// buffers: dropout1.delta, encoder0.expanded.value, encoder0.expanded.delta, keys, encoder0.origins, places
// workgroups: 1 × 15 × 2
// dropout1 input gradient
struct Step {
  samples: u32,
  position: u32,
  gatheredAt: u32,
  index: u32,
  rate: f32,
  correction: f32,
  decay: f32,
  unused: u32,
}
@group(1) @binding(0) var<storage, read> steps: array<Step>;
@group(0) @binding(0) var<storage, read> delta: array<f32>;
@group(0) @binding(1) var<storage, read> value: array<f32>;
@group(0) @binding(2) var<storage, read_write> inputDelta: array<f32>;
@group(0) @binding(3) var<storage, read> keys: array<vec2u>;
@group(0) @binding(4) var<storage, read> origins: array<vec2u>;
@group(0) @binding(5) var<storage, read> places: array<u32>;
fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  let keys = vec3u(key, 466688986u ^ key.x ^ key.y);
  var x = counter + key;
  x.x += x.y; x.y = ((x.y << 13u) | (x.y >> 19u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 15u) | (x.y >> 17u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 26u) | (x.y >> 6u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 6u) | (x.y >> 26u)) ^ x.x;
  x += vec2u(keys[1], keys[2] + 1u);
  x.x += x.y; x.y = ((x.y << 17u) | (x.y >> 15u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 29u) | (x.y >> 3u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 16u) | (x.y >> 16u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 24u) | (x.y >> 8u)) ^ x.x;
  x += vec2u(keys[2], keys[0] + 2u);
  x.x += x.y; x.y = ((x.y << 13u) | (x.y >> 19u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 15u) | (x.y >> 17u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 26u) | (x.y >> 6u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 6u) | (x.y >> 26u)) ^ x.x;
  x += vec2u(keys[0], keys[1] + 3u);
  x.x += x.y; x.y = ((x.y << 17u) | (x.y >> 15u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 29u) | (x.y >> 3u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 16u) | (x.y >> 16u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 24u) | (x.y >> 8u)) ^ x.x;
  x += vec2u(keys[1], keys[2] + 4u);
  x.x += x.y; x.y = ((x.y << 13u) | (x.y >> 19u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 15u) | (x.y >> 17u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 26u) | (x.y >> 6u)) ^ x.x;
  x.x += x.y; x.y = ((x.y << 6u) | (x.y >> 26u)) ^ x.x;
  x += vec2u(keys[2], keys[0] + 5u);
  return x;
}
fn dropoutFactor(key: vec2u, position: u32, unit: u32) -> f32 {
  let words = threefry(key, vec2u(position, unit >> 1u));
  return select(2.0f, 0.0f, words[unit & 1u] < 2147483648u);
}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.y;
  let unit = group.x * 64u + lane;
  if (sample >= places[model * 20u + 0u] || unit >= 5u) { return; }
  let factor = dropoutFactor(keys[model * 1u + 0u], step.position + origins[model * 15u + sample].x, origins[model * 15u + sample].y * 5u + unit) * 1.0f;
  inputDelta[(model * 15u + sample) * 5u + unit] = delta[(model * 15u + sample) * 5u + unit] * factor;
}
