// buffers: bidirectionalGru3.gates, conv0.value, bidirectionalGru3.value, bidirectionalGru3.memory, gradients, places
// workgroups: 1 × 1 × 2
// bidirectionalGru3 kernel gradient
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
@group(0) @binding(3) var<storage, read> memory: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(5) var<storage, read> places: array<u32>;

@compute @workgroup_size(36)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let column = group.x % 1u * 18u + lane % 18u;
  let piece = group.x / 1u * 2u + lane / 18u;
  if (column >= 18u || piece >= 2u) { return; }
  let direction = column / 9u;
  let own = column % 9u;
  let firstItem = group.y * 3u;
  let endItem = min(firstItem + 3u, places[model * 8u + 0u]);
  let isInput = piece < 1u;
  let firstRow = 8u * select(piece - 1u, piece, isInput);
  let rows = select(3u, 5u, isInput);
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
    let deltas = (model * 3u + item) * 96u + direction * 12u + own;
    if (isInput) {
      let values = (model * 3u + item) * 20u + 0u + firstRow;
      for (var position = 0u; position < 4u; position++) {
        let d = gates[deltas + position * 24u];
        let i = values + position * 5u;
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
    } else if (own >= 6u) {
      let values = (model * 3u + item) * 24u + direction * 3u + firstRow;
      for (var position = 0u; position < 4u; position++) {
        let d = gates[deltas + position * 24u];
        let i = values + position * 6u;
        sum0 += d * memory[i + 0u];
        sum1 += d * memory[i + 1u];
        sum2 += d * memory[i + 2u];
        sum3 += d * memory[i + 3u];
        sum4 += d * memory[i + 4u];
        sum5 += d * memory[i + 5u];
        sum6 += d * memory[i + 6u];
        sum7 += d * memory[i + 7u];
      }
    } else {
      let values = (model * 3u + item) * 24u + 0u + direction * 3u + firstRow;
      for (var k = 1u; k < 4u; k++) {
        let position = select(k, k - 1u, direction == 1u);
        let d = gates[deltas + position * 24u];
        let i = values + select(k - 1u, k, direction == 1u) * 6u;
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
  let block = model * 668u + 360u + group.y * 216u
    + direction * 108u + own;
  let first = block + (firstRow + select(5u, 0u, isInput)) * 12u;
  if (firstRow + 0u < rows) { gradients[first + 0u] = sum0; }
  if (firstRow + 1u < rows) { gradients[first + 12u] = sum1; }
  if (firstRow + 2u < rows) { gradients[first + 24u] = sum2; }
  if (firstRow + 3u < rows) { gradients[first + 36u] = sum3; }
  if (firstRow + 4u < rows) { gradients[first + 48u] = sum4; }
  if (firstRow + 5u < rows) { gradients[first + 60u] = sum5; }
  if (firstRow + 6u < rows) { gradients[first + 72u] = sum6; }
  if (firstRow + 7u < rows) { gradients[first + 84u] = sum7; }
  if (piece == 0u) { gradients[block + 96u] = biasSum; }
}
