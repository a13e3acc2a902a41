// buffers: input.sequence, encoder0.items, encoder0.input.value, places
// workgroups: 3 × 3 × 2
// feed dna
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
@group(0) @binding(0) var<storage, read> codes: array<u32>;
@group(0) @binding(1) var<storage, read> items: array<vec4u>;
@group(0) @binding(2) var<storage, read_write> value: array<f32>;
@group(0) @binding(3) var<storage, read> places: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.y;
  let unit = group.x * 64u + lane;
  if (sample >= places[model * 8u + 0u] || unit >= 160u) { return; }
  let found = items[model * 3u + sample];
  if (found.x != 0u) { return; }
  value[(model * 3u + sample) * 176u + 8u + unit] = select(0.0f, 1.0f, ((codes[(model * 3u + found.y) * 5u + (unit / 4u) / 8u] >> (4u * ((unit / 4u) % 8u))) & 15u) == unit % 4u);
}
