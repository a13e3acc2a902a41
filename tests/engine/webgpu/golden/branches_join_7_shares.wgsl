// buffers: dense14.value, dense14.value, places, weights, distance7.shares
// workgroups: 1 × 3 × 2
// join 7 shares
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
@group(0) @binding(0) var<storage, read> near: array<f32>;
@group(0) @binding(1) var<storage, read> references: array<f32>;
@group(0) @binding(2) var<storage, read> places: array<u32>;
@group(0) @binding(3) var<storage, read> weights: array<f32>;
@group(0) @binding(4) var<storage, read_write> shares: array<vec2f>;
var<workgroup> squares: array<f32, 4>;
var<workgroup> parts: array<f32, 4>;
@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.y;
  if (sample >= step.samples) { return; }
  let own = (model * 15u + places[model * 54u + 24u + sample]) * 6u + 0u;
  for (var reference = lane; reference < 4u; reference += 32u) {
    let item = places[model * 54u + 27u + sample * 4u + reference];
    var square = 0.0f;
    if (item != 0xffffffffu) {
      let other = (model * 15u + item) * 6u + 0u;
      for (var i = 0u; i < 6u; i++) {
        let apart = references[other + i] - near[own + i];
        square += apart * apart;
      }
    }
    squares[reference] = square / 6.0f;
  }
  workgroupBarrier();
  if (lane > 0u) { return; }
  let factor = -2.0f * weights[model * 1680u + 1032u];
  var most = -3.4e38f;
  for (var reference = 0u; reference < 4u; reference++) {
    let item = places[model * 54u + 27u + sample * 4u + reference];
    if (item != 0xffffffffu) { most = max(most, factor * squares[reference]); }
  }
  var total = 0.0f;
  for (var reference = 0u; reference < 4u; reference++) {
    let item = places[model * 54u + 27u + sample * 4u + reference];
    var part = 0.0f;
    if (item != 0xffffffffu) { part = exp(factor * squares[reference] - most); }
    parts[reference] = part;
    total += part;
  }
  let to = (model * 3u + sample) * 4u;
  for (var reference = 0u; reference < 4u; reference++) {
    let share = parts[reference] / max(total, 1e-30f);
    shares[to + reference] = vec2f(share, squares[reference]);
  }
}
