// buffers: dense13.value, labels, dense13.delta, lossBlocks
// workgroups: 1 × 1 × 2
// loss
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
@group(0) @binding(0) var<storage, read> value: array<f32>;
@group(0) @binding(1) var<storage, read> labels: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> delta: array<f32>;
@group(0) @binding(3) var<storage, read_write> lossBlocks: array<f32>;
fn lossOf(value: f32, label: f32) -> f32 { return (value - label) * (value - label); }
fn lossSlope(value: f32, label: f32) -> f32 { return 2.0f * (value - label); }
var<workgroup> sampleLoss: array<f32, 64>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.x * 64u + lane;
  var found = 0.0f;
  if (sample < step.samples) {
    let firstLabel = model * 6u + step.gatheredAt;
    let predicted = value[(model * 3u + sample) * 1u + 0u];
    let learned = labels[firstLabel + sample];
    var slope = 0.0f;
    found = learned.y * lossOf(predicted, learned.x);
    slope = learned.y * lossSlope(predicted, learned.x);
    delta[(model * 3u + sample) * 1u] = slope / f32(step.samples);
  }
  sampleLoss[lane] = found;
  workgroupBarrier();
  if (lane > 0u) { return; }
  var sum = 0.0f;
  for (var i = 0u; i < 64u; i++) { sum += sampleLoss[i]; }
  lossBlocks[model * 1u + group.x] = sum;
}
