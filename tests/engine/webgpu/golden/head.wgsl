// buffers: dense10.value, weights, labels, dense10.delta, gradients, lossBlocks, keys
// workgroups: 1 × 1 × 2
// head
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
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> labels: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> inputDelta: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(5) var<storage, read_write> lossBlocks: array<f32>;
@group(0) @binding(6) var<storage, read> keys: array<vec2u>;
var<workgroup> values0: array<vec4f, 2>;
var<workgroup> deltas0: array<vec4f, 2>;
var<workgroup> values1: array<vec4f, 1>;
var<workgroup> deltas1: array<vec4f, 1>;
var<workgroup> sampleLoss: array<f32, 4>;
fn lossOf(value: f32, label: f32) -> f32 { return (value - label) * (value - label); }
fn lossSlope(value: f32, label: f32) -> f32 { return 2.0f * (value - label); }
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
fn dropoutFactor0(key: vec2u, position: u32, unit: u32) -> f32 {
  let words = threefry(key, vec2u(position, unit >> 1u));
  return select(1.3333333730697632f, 0.0f, words[unit & 1u] < 1073741824u);
}
fn dropoutFactors0(model: u32, position: u32, unit: u32) -> vec4f {
  let key = keys[model * 2u + 1u];
  return vec4f(
    dropoutFactor0(key, position + 0u, unit),
    dropoutFactor0(key, position + 1u, unit),
    dropoutFactor0(key, position + 2u, unit),
    dropoutFactor0(key, position + 3u, unit),
  );
}
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let first = group.x * 4u;
  for (var i = lane; i < 2u; i += 256u) {
    let unit = i / 1u;
    let four = i % 1u;
    var found = vec4f();
    if (first + 4u * four + 0u < step.samples) { found[0] = input[(model * 3u + (first + 4u * four + 0u)) * 2u + 0u + unit]; }
    if (first + 4u * four + 1u < step.samples) { found[1] = input[(model * 3u + (first + 4u * four + 1u)) * 2u + 0u + unit]; }
    if (first + 4u * four + 2u < step.samples) { found[2] = input[(model * 3u + (first + 4u * four + 2u)) * 2u + 0u + unit]; }
    if (first + 4u * four + 3u < step.samples) { found[3] = input[(model * 3u + (first + 4u * four + 3u)) * 2u + 0u + unit]; }
    values0[i] = found * dropoutFactors0(model, step.position + first + 4u * four, unit);
  }
  workgroupBarrier();
  for (var i = lane; i < 1u; i += 256u) {
    let unit = i / 1u;
    let four = i % 1u;
    let kernel = model * 2788u + 2768u + unit;
    var sum = vec4f(weights[(kernel + 16u) / 4u][unit % 4u]);
    for (var k = 0u; k < 2u; k++) {
      sum += values0[k * 1u + four] * weights[(kernel + k * 4u) / 4u][unit % 4u];
    }
    values1[i] = sum;
  }
  workgroupBarrier();
  if (lane < 4u) {
    let learned = labels[model * 6u + step.gatheredAt + first + lane];
    let counts = first + lane < step.samples;
    let value = values1[lane / 4u][lane % 4u];
    sampleLoss[lane] = select(0.0f, learned.y * lossOf(value, learned.x), counts);
    deltas1[lane / 4u][lane % 4u] =
      select(0.0f, learned.y * lossSlope(value, learned.x) / f32(step.samples), counts);
  }
  workgroupBarrier();
  if (lane == 0u) {
    var sum = 0.0f;
    for (var i = 0u; i < 4u; i++) { sum += sampleLoss[i]; }
    lossBlocks[model * 1u + group.x] = sum;
  }
  for (var i = lane; i < 3u; i += 256u) {
    let k = i / 1u;
    let unit = i % 1u;
    var sum = 0.0f;
    for (var four = 0u; four < 1u; four++) {
      let value = values0[min(k, 1u) * 1u + four];
      let x = select(vec4f(1.0f), value, k < 2u);
      sum += dot(x, deltas1[unit * 1u + four]);
    }
    let place = select(16u, k * 4u, k < 2u);
    gradients[model * 2784u + 2764u + group.x * 20u + place + unit] = sum;
  }
  for (var i = lane; i < 2u; i += 256u) {
    let unit = i / 1u;
    let four = i % 1u;
    let row = (model * 2788u + 2768u + unit * 4u) / 4u;
    var sum = vec4f();
    for (var j = 0u; j < 1u; j++) {
      sum += deltas1[j * 1u + four] * weights[row + j / 4u][j % 4u];
    }
    // A dropped value is 0 and has lost its sign; but its factor is 0 too.
    let value = values0[i];
    let derivative = vec4f(select(0.0f, 1.0f, value[0] > 0.0f), select(0.0f, 1.0f, value[1] > 0.0f), select(0.0f, 1.0f, value[2] > 0.0f), select(0.0f, 1.0f, value[3] > 0.0f));
    let found = sum * derivative * dropoutFactors0(model, step.position + first + 4u * four, unit);
    if (first + 4u * four + 0u < step.samples) {
      inputDelta[(model * 3u + (first + 4u * four + 0u)) * 2u + unit] = found[0];
    }
    if (first + 4u * four + 1u < step.samples) {
      inputDelta[(model * 3u + (first + 4u * four + 1u)) * 2u + unit] = found[1];
    }
    if (first + 4u * four + 2u < step.samples) {
      inputDelta[(model * 3u + (first + 4u * four + 2u)) * 2u + unit] = found[2];
    }
    if (first + 4u * four + 3u < step.samples) {
      inputDelta[(model * 3u + (first + 4u * four + 3u)) * 2u + unit] = found[3];
    }
  }
  workgroupBarrier();
}
