// buffers: input.sequence, encoder0.items, conv0.delta, conv0.offset, gradients, places
// workgroups: 1 × 1 × 2
// conv0 kernel gradient
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
@group(0) @binding(2) var<storage, read> delta: array<f32>;
@group(0) @binding(3) var<storage, read> offsets: array<u32>;
@group(0) @binding(4) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(5) var<storage, read> places: array<u32>;
fn codeAt(words: u32, place: i32) -> u32 {
  if (place < 0 || place >= 40) { return 4u; }
  return (codes[words + (u32(place)) / 8u] >> (4u * ((u32(place)) % 8u))) & 15u;
}
@compute @workgroup_size(55)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let filter_ = group.x % 1u * 5u + lane % 5u;
  let tap = group.x / 1u * 11u + lane / 5u;
  if (filter_ >= 5u || tap >= 11u) { return; }
  let firstItem = group.y * 3u;
  let endItem = min(firstItem + 3u, places[model * 8u + 0u]);
  var sum = vec4f();
  var biasSum = 0.0f;
  for (var item = firstItem; item < endItem; item++) {
    let words = (model * 3u + items[model * 3u + item].y) * 5u;
    let deltas = (model * 3u + item) * 20u + filter_;
    for (var window = 0u; window < 4u; window++) {
      let d = delta[deltas + window * 5u];
      let position = offsets[deltas + window * 5u];
      let code = codeAt(words, i32(position + tap) - 5);
      sum += select(vec4f(), vec4f(d), vec4u(0u, 1u, 2u, 3u) == vec4u(code));
      biasSum += d;
    }
  }
  let block = model * 668u + 0u + group.y * 360u + filter_;
  for (var letter = 0u; letter < 4u; letter++) {
    gradients[block + (4u * tap + letter) * 8u] = sum[letter];
  }
  if (tap == 0u) { gradients[block + 352u] = biasSum; }
}
