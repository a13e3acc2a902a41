// buffers: weights, conv0.tables
// workgroups: 64 × 1 × 2
// conv0 tables
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
@group(0) @binding(0) var<storage, read> weights: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> tables: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let i = group.x * 64u + lane;
  if (i >= 4096u) { return; }
  let row = i / 2u;
  let firstTap = row / 512u * 3u;
  var sum = vec4f();
  for (var k = 0u; k < min(3u, 11u - firstTap); k++) {
    let letter = (row >> (3u * k)) & 7u;
    if (letter < 4u) {
      sum += weights[(model * 668u + 0u) / 4u + (4u * (firstTap + k) + letter) * 2u + i % 2u];
    }
  }
  tables[model * 4096u + i] = sum;
}
