// buffers: distance7.scale, gradients
// workgroups: 1 × 1 × 2
// join 7 scale gradient
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
@group(0) @binding(0) var<storage, read> scaleDelta: array<f32>;
@group(0) @binding(1) var<storage, read_write> gradients: array<f32>;
var<workgroup> partial: array<f32, 64>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  var sum = 0.0f;
  for (var sample = lane; sample < step.samples; sample += 64u) {
    sum += scaleDelta[model * 3u + sample];
  }
  partial[lane] = sum;
  workgroupBarrier();
  if (lane > 0u) { return; }
  var total = 0.0f;
  for (var i = 0u; i < 64u; i++) { total += partial[i]; }
  gradients[model * 1934u + 1292u] = total;
}
