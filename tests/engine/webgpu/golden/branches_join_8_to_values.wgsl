// buffers: encoder3.items, encoder3.uses, distance8.shares, join.delta, dense14.value, dense14.delta, places
// workgroups: 1 × 15 × 2
// join 8 to values
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
@group(0) @binding(0) var<storage, read> items: array<vec4u>;
@group(0) @binding(1) var<storage, read> uses: array<u32>;
@group(0) @binding(2) var<storage, read> shares: array<vec2f>;
@group(0) @binding(3) var<storage, read> joinDelta: array<f32>;
@group(0) @binding(4) var<storage, read> value: array<f32>;
@group(0) @binding(5) var<storage, read_write> delta: array<f32>;
@group(0) @binding(6) var<storage, read> places: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.y;
  let unit = group.x * 64u + lane;
  if (sample >= places[model * 54u + 3u] || unit >= 6u) { return; }
  let found = items[model * 15u + sample];
  var sum = 0.0f;
  for (var i = found.z; i < found.w; i++) {
    let place = uses[model * 15u + i];
    if (found.x == 4u) {
      let row = place / 4u;
      let reference = place % 4u;
      sum += shares[(model * 3u + row) * 4u + reference].x * joinDelta[(model * 3u + row) * 45u + 39u + unit];
    }
  }
  delta[(model * 15u + sample) * 6u + unit] += sum * 1.0f;
}
