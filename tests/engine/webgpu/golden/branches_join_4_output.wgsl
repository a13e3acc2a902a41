// buffers: gelu16.value, places, join.value
// workgroups: 1 × 3 × 2
// join 4 output
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
@group(0) @binding(2) var<storage, read_write> value: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.y;
  let unit = group.x * 64u + lane;
  if (sample >= step.samples || unit >= 5u) { return; }
  let item = places[model * 54u + 51u + sample];
  let found = branch[(model * 3u + item) * 5u + 0u + unit];
  value[(model * 3u + sample) * 45u + 0u + 21u + unit] = found;
}
