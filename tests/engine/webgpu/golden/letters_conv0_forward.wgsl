// buffers: input.sequence, encoder0.items, conv0.tables, weights, conv0.value, conv0.offset, places
// workgroups: 1 × 3 × 2
// conv0 forward
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
@group(0) @binding(2) var<storage, read> tables: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> value: array<f32>;
@group(0) @binding(5) var<storage, read_write> offsets: array<u32>;
@group(0) @binding(6) var<storage, read> places: array<u32>;
fn codeAt(words: u32, place: i32) -> u32 {
  if (place < 0 || place >= 40) { return 4u; }
  return (codes[words + (u32(place)) / 8u] >> (4u * ((u32(place)) % 8u))) & 15u;
}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let item = group.y;
  let i = group.x * 64u + lane;
  if (item >= places[model * 8u + 0u] || i >= 8u) { return; }
  let window = i / 2u;
  let quad = i % 2u;
  let words = (model * 3u + items[model * 3u + item].y) * 5u;
  let table = model * 4096u + quad;
  var place = i32(window * 10u) - 5;
  var low = 0u;
  var high = 0u;
  for (var tap = 1u; tap < 11u; tap++) {
    let next = codeAt(words, place);
    low = (low >> 3u) | ((high & 7u) << 24u);
    high = (high >> 3u) | (next << 3u);
    place++;
  }
  var best = vec4f();
  var at = vec4u();
  for (var p = 0u; p < 10u; p++) {
    let next = codeAt(words, place);
    low = (low >> 3u) | ((high & 7u) << 24u);
    high = (high >> 3u) | (next << 3u);
    place++;
    let sum = tables[table + (0u + ((low >> 0u) & 511u)) * 2u]
      + tables[table + (512u + ((low >> 9u) & 511u)) * 2u]
      + tables[table + (1024u + ((low >> 18u) & 511u)) * 2u]
      + tables[table + (1536u + ((high >> 0u) & 511u)) * 2u];
    let isBest = (sum > best) | vec4<bool>(p == 0u);
    best = select(best, sum, isBest);
    at = select(at, vec4u(p), isBest);
  }
  best += weights[(model * 668u + 352u) / 4u + quad];
  let firstValue = (model * 3u + item) * 20u + 0u + window * 5u + 4u * quad;
  let firstOffset = (model * 3u + item) * 20u + window * 5u + 4u * quad;
  if (4u * quad + 0u < 5u) {
    value[firstValue + 0u] = select(0.05000000074505806f * best[0], best[0], best[0] > 0.0f);
    offsets[firstOffset + 0u] = window * 10u + at[0];
  }
  if (4u * quad + 1u < 5u) {
    value[firstValue + 1u] = select(0.05000000074505806f * best[1], best[1], best[1] > 0.0f);
    offsets[firstOffset + 1u] = window * 10u + at[1];
  }
  if (4u * quad + 2u < 5u) {
    value[firstValue + 2u] = select(0.05000000074505806f * best[2], best[2], best[2] > 0.0f);
    offsets[firstOffset + 2u] = window * 10u + at[2];
  }
  if (4u * quad + 3u < 5u) {
    value[firstValue + 3u] = select(0.05000000074505806f * best[3], best[3], best[3] > 0.0f);
    offsets[firstOffset + 3u] = window * 10u + at[3];
  }
}
