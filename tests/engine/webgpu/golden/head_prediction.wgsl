// buffers: dense10.value, weights, predictions
// workgroups: 1 × 1 × 2
// head prediction
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
@group(0) @binding(2) var<storage, read_write> predictions: array<f32>;
var<workgroup> values0: array<vec4f, 2>;
var<workgroup> values1: array<vec4f, 1>;
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
    values0[i] = found;
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
  if (lane < 4u && first + lane < step.samples) {
    let value = values1[lane / 4u][lane % 4u];
    let predicted = value;
    predictions[(step.position + first + lane) * 2u + model] = predicted;
  }
}
