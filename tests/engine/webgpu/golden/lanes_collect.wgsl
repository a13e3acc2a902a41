// buffers: dense13.value, predictions
// workgroups: 1 × 1 × 2
// collect
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
@group(0) @binding(1) var<storage, read_write> predictions: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.x * 64u + lane;
  if (sample >= step.samples) { return; }
  let predicted = value[(model * 3u + sample) * 1u + 0u];
  predictions[(step.position + sample) * 2u + model] = predicted;
}
