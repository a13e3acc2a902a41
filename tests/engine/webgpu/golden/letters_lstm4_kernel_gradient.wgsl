// buffers: lstm4.gates, bidirectionalGru3.value, lstm4.states.value, gradients, places
// workgroups: 1 × 1 × 2
// lstm4 kernel gradient
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
@group(0) @binding(0) var<storage, read> gates: array<f32>;
@group(0) @binding(1) var<storage, read> input: array<f32>;
@group(0) @binding(2) var<storage, read> states: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(4) var<storage, read> places: array<u32>;

@compute @workgroup_size(16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let column = group.x % 1u * 8u + lane % 8u;
  let piece = group.x / 1u * 2u + lane / 8u;
  if (column >= 8u || piece >= 2u) { return; }
  let direction = column / 8u;
  let own = column % 8u;
  let firstItem = group.y * 3u;
  let endItem = min(firstItem + 3u, places[model * 8u + 0u]);
  let isInput = piece < 1u;
  let firstRow = 8u * select(piece - 1u, piece, isInput);
  let rows = select(2u, 6u, isInput);
  var sum0 = 0.0f;
  var sum1 = 0.0f;
  var sum2 = 0.0f;
  var sum3 = 0.0f;
  var sum4 = 0.0f;
  var sum5 = 0.0f;
  var sum6 = 0.0f;
  var sum7 = 0.0f;
  var biasSum = 0.0f;
  for (var item = firstItem; item < endItem; item++) {
    let deltas = (model * 3u + item) * 32u + direction * 8u + own;
    if (isInput) {
      let values = (model * 3u + item) * 24u + 0u + firstRow;
      for (var position = 0u; position < 4u; position++) {
        let d = gates[deltas + position * 8u];
        let i = values + position * 6u;
        sum0 += d * input[i + 0u];
        sum1 += d * input[i + 1u];
        sum2 += d * input[i + 2u];
        sum3 += d * input[i + 3u];
        sum4 += d * input[i + 4u];
        sum5 += d * input[i + 5u];
        sum6 += d * input[i + 6u];
        sum7 += d * input[i + 7u];
        biasSum += d;
      }
    } else {
      let values = (model * 3u + item) * 8u + 0u + direction * 2u + firstRow;
      for (var k = 1u; k < 4u; k++) {
        let position = select(k, k - 1u, direction == 1u);
        let d = gates[deltas + position * 8u];
        let i = values + select(k - 1u, k, direction == 1u) * 2u;
        sum0 += d * states[i + 0u];
        sum1 += d * states[i + 1u];
        sum2 += d * states[i + 2u];
        sum3 += d * states[i + 3u];
        sum4 += d * states[i + 4u];
        sum5 += d * states[i + 5u];
        sum6 += d * states[i + 6u];
        sum7 += d * states[i + 7u];
      }
    }
  }
  let block = model * 668u + 576u + group.y * 72u
    + direction * 72u + own;
  let first = block + (firstRow + select(6u, 0u, isInput)) * 8u;
  if (firstRow + 0u < rows) { gradients[first + 0u] = sum0; }
  if (firstRow + 1u < rows) { gradients[first + 8u] = sum1; }
  if (firstRow + 2u < rows) { gradients[first + 16u] = sum2; }
  if (firstRow + 3u < rows) { gradients[first + 24u] = sum3; }
  if (firstRow + 4u < rows) { gradients[first + 32u] = sum4; }
  if (firstRow + 5u < rows) { gradients[first + 40u] = sum5; }
  if (firstRow + 6u < rows) { gradients[first + 48u] = sum6; }
  if (firstRow + 7u < rows) { gradients[first + 56u] = sum7; }
  if (piece == 0u) { gradients[block + 64u] = biasSum; }
}
