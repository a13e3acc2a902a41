// buffers: encoder4.input.value, places, distance7.shares, join.delta, weights, distance7.deltas, distance7.scale
// workgroups: 1 × 3 × 2
// join 7 shares gradient
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
@group(0) @binding(0) var<storage, read> branch: array<f32>;
@group(0) @binding(1) var<storage, read> places: array<u32>;
@group(0) @binding(2) var<storage, read> shares: array<vec2f>;
@group(0) @binding(3) var<storage, read> joinDelta: array<f32>;
@group(0) @binding(4) var<storage, read> weights: array<f32>;
@group(0) @binding(5) var<storage, read_write> squareDelta: array<f32>;
@group(0) @binding(6) var<storage, read_write> scaleDelta: array<f32>;
var<workgroup> products: array<f32, 4>;
@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.y;
  if (sample >= step.samples) { return; }
  let deltas = (model * 3u + sample) * 45u + 38u;
  let first = (model * 3u + sample) * 4u;
  for (var reference = lane; reference < 4u; reference += 32u) {
    let item = places[model * 54u + 39u + sample * 4u + reference];
    var product = 0.0f;
    if (item != 0xffffffffu) {
      let value = (model * 12u + item) * 1u + 0u;
      for (var i = 0u; i < 1u; i++) { product += joinDelta[deltas + i] * branch[value + i]; }
    }
    products[reference] = product;
  }
  workgroupBarrier();
  if (lane > 0u) { return; }
  var mean = 0.0f;
  for (var reference = 0u; reference < 4u; reference++) {
    mean += shares[first + reference].x * products[reference];
  }
  let factor = -2.0f * weights[model * 1680u + 1032u];
  var scaleSum = 0.0f;
  for (var reference = 0u; reference < 4u; reference++) {
    let found = shares[first + reference];
    let scoreDelta = found.x * (products[reference] - mean);
    squareDelta[first + reference] = factor * scoreDelta * 0.3333333432674408f;
    scaleSum += -2.0f * scoreDelta * found.y;
  }
  scaleDelta[model * 3u + sample] = scaleSum;
}
