// buffers: dense10.value, dropout12.value
// workgroups: 1 × 3 × 2
// dropout12 forward
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
@group(0) @binding(1) var<storage, read_write> value: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.y;
  let unit = group.x * 64u + lane;
  if (sample >= step.samples || unit >= 2u) { return; }
  let factor = 1.0f;
  value[(model * 3u + sample) * 2u + 0u + unit] = input[(model * 3u + sample) * 2u + 0u + unit] * factor;
}
