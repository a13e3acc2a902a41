// buffers: pool2.value, linear3.delta, gradients, places
// workgroups: 1 × 1 × 2
// conv3 kernel gradient
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
@group(0) @binding(0) var<storage, read> input: array<vec2f>;
@group(0) @binding(1) var<storage, read> delta: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(3) var<storage, read> places: array<u32>;
// Where the row of an element of the window is in the kernel: taps may be padded.
fn placeOf(element: u32) -> u32 {
  return (element / 6u * 8u + element % 6u)
    * 4u;
}
@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let filter_ = group.x % 1u * 4u + lane % 4u;
  let piece = group.x / 1u * 1u + lane / 4u;
  if (filter_ >= 4u || piece >= 1u) { return; }
  let segment = piece / 1u;
  let firstElement = piece % 1u * 6u;
  let firstSample = group.y * 3u;
  let endSample = min(firstSample + 3u, places[model * 54u + 0u]);
  var sum0 = vec2f();
  var sum1 = vec2f();
  var sum2 = vec2f();
  var biasSum = 0.0f;
  for (var sample = firstSample; sample < endSample; sample++) {
    let inputs = ((model * 3u + sample) * 60u
      + (segment * 1u + 0u) * 6u + firstElement) / 2u;
    let deltas = (model * 3u + sample) * 40u + filter_;
    for (var window = 0u; window < 10u; window++) {
      let d = delta[deltas + window * 4u];
      let i = inputs + window * 3u;
      sum0 += d * input[i + 0u];
      sum1 += d * input[i + 1u];
      sum2 += d * input[i + 2u];
      biasSum += d;
    }
  }
  let block = model * 1934u + 232u + group.y * 36u + filter_;
  let element = segment * 6u + firstElement;
  if (firstElement + 0u < 6u) {
    gradients[block + placeOf(element + 0u)] = sum0[0];
  }
  if (firstElement + 1u < 6u) {
    gradients[block + placeOf(element + 1u)] = sum0[1];
  }
  if (firstElement + 2u < 6u) {
    gradients[block + placeOf(element + 2u)] = sum1[0];
  }
  if (firstElement + 3u < 6u) {
    gradients[block + placeOf(element + 3u)] = sum1[1];
  }
  if (firstElement + 4u < 6u) {
    gradients[block + placeOf(element + 4u)] = sum2[0];
  }
  if (firstElement + 5u < 6u) {
    gradients[block + placeOf(element + 5u)] = sum2[1];
  }
  if (piece == 0u) { gradients[block + 32u] = biasSum; }
}
