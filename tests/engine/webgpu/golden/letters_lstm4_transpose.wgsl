// buffers: weights, lstm4.transposed
// workgroups: 1 × 1 × 2
// lstm4 transpose
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
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read_write> transposed: array<f32>;
fn weightAt(model: u32, direction: u32, row: u32, column: u32) -> u32 {
  return model * 668u + 576u + direction * 72u + row * 8u + column;
}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let i = group.x * 64u + lane;
  if (i >= 16u) { return; }
  transposed[(model * 1u + group.y) * 16u + i] =
    weights[weightAt(model, group.y, 6u + i % 2u, i / 2u)];
}
