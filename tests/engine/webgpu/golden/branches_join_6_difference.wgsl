// buffers: dense14.value, dense14.value, places, join.value
// workgroups: 1 × 3 × 2
// join 6 difference
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
@group(0) @binding(1) var<storage, read> references: array<f32>;
@group(0) @binding(2) var<storage, read> places: array<u32>;
@group(0) @binding(3) var<storage, read_write> value: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.y;
  let unit = group.x * 64u + lane;
  if (sample >= step.samples || unit >= 6u) { return; }
  var sum = 0.0f;
  for (var reference = 0u; reference < 4u; reference++) {
    let item = places[model * 54u + 27u + sample * 4u + reference];
    if (item == 0xffffffffu) { continue; }
    sum += references[(model * 15u + item) * 6u + 0u + unit];
  }
  let own = places[model * 54u + 24u + sample];
  let present = places[model * 54u + 12u + sample];
  let apart = branch[(model * 15u + own) * 6u + 0u + unit] - sum / f32(max(present, 1u));
  let found = select(0.0f, apart, present > 0u);
  value[(model * 3u + sample) * 45u + 0u + 32u + unit] = found;
}
