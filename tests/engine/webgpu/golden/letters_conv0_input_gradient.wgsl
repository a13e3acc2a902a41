// buffers: conv0.delta, conv0.offset, weights, encoder0.input.delta, places
// workgroups: 1 × 3 × 2
// conv0 input gradient
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
@group(0) @binding(0) var<storage, read> delta: array<f32>;
@group(0) @binding(1) var<storage, read> offsets: array<u32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> inputDelta: array<vec4f>;
@group(0) @binding(4) var<storage, read> places: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let item = group.y;
  let base = group.x * 64u + lane;
  if (item >= places[model * 8u + 0u] || base >= 40u) { return; }
  var sum = vec4f();
  for (var tap = 0u; tap < 11u; tap++) {
    let position = i32(base + 5u) - i32(tap);
    if (position < 0 || position >= 40) { continue; }
    let window = u32(position) / 10u;
    if (window >= 4u) { continue; }
    let deltas = (model * 3u + item) * 20u + window * 5u;
    for (var k = 0u; k < 5u; k++) {
      if (offsets[deltas + k] != u32(position)) { continue; }
      let row = model * 668u + 0u + 4u * tap * 8u + k;
      sum += delta[deltas + k] * vec4f(weights[row + 0u], weights[row + 8u], weights[row + 16u], weights[row + 24u]);
    }
  }
  inputDelta[(model * 3u + item) * 160u / 4u + base] = sum;
}
