// buffers: weights, dense10.turned
// workgroups: 10 × 1 × 2
// dense10 turned weights
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
@group(0) @binding(1) var<storage, read_write> turned: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let i = group.x * 64u + lane;
  let channel = i % 300u;
  let filter_ = i / 300u % 2u;
  let tap = i / 600u;
  if (i >= 600u || channel >= 300u) { return; }
  turned[model * 600u + i] = weights[model * 2788u + 1564u
    + (tap * 300u + channel) * 4u + filter_];
}
