// buffers: dropout12.delta, dense10.value, dense10.delta, keys
// workgroups: 1 × 3 × 2
// dropout12 input gradient
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
  return select(1.3333333730697632f, 0.0f, words[unit & 1u] < 1073741824u);
}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.y;
  let unit = group.x * 64u + lane;
  if (sample >= step.samples || unit >= 2u) { return; }
  let factor = dropoutFactor(keys[model * 2u + 1u], step.position + sample, unit) * select(0.0f, 1.0f, value[(model * 3u + sample) * 2u + 0u + unit] > 0.0f);
  inputDelta[(model * 3u + sample) * 2u + unit] = delta[(model * 3u + sample) * 2u + unit] * factor;
}
