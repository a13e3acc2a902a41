// buffers: chunk 0, orders, input.value, labels, labels
// workgroups: 1 × 6 × 2
// gather rows 4 to 9
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
@group(0) @binding(0) var<storage, read> chunk: array<u32>;
@group(0) @binding(1) var<storage, read> orders: array<u32>;
@group(0) @binding(2) var<storage, read_write> value: array<f32>;
@group(0) @binding(3) var<storage, read> columnLabels: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> labels: array<vec2f>;
fn transformed(x: f32) -> f32 { return select(log(1.0f + x), x * (1.0f - x * (0.5f - x / 3.0f)), abs(x) < 0.01f); }
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.y;
  if (sample >= step.samples) { return; }
  let row = orders[step.position + sample];
  if (row < 4u || row >= 9u) { return; }
  let firstValue = (row - 4u) * 16u;
  let to = (model * 6u + step.gatheredAt + sample) * 18u + 0u;
  for (var k = lane; k < 16u; k += 64u) {
    let i = firstValue + k;
    value[to + k] = transformed(f32((chunk[i >> 1u] >> (16u * (i & 1u))) & 0xffffu));
  }
  if (lane == 0u) { labels[model * 6u + sample] = columnLabels[row]; }
}
