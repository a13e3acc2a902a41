// buffers: encoder3.input.value, dense12.delta, gradients, places
// workgroups: 1 × 2 × 2
// dense12 kernel gradient
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
@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read> delta: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(3) var<storage, read> places: array<u32>;
// Where the row of an element of the window is in the kernel: taps may be padded.
fn placeOf(element: u32) -> u32 {
  return (element / 12u * 12u + element % 12u)
    * 12u;
}
@compute @workgroup_size(10)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let filter_ = group.x % 1u * 10u + lane % 10u;
  let piece = group.x / 1u * 1u + lane / 10u;
  if (filter_ >= 10u || piece >= 1u) { return; }
  let segment = piece / 1u;
  let firstElement = piece % 1u * 12u;
  let firstSample = group.y * 8u;
  let endSample = min(firstSample + 8u, places[model * 54u + 3u]);
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var biasSum = 0.0f;
  for (var sample = firstSample; sample < endSample; sample++) {
    let inputs = ((model * 15u + sample) * 12u
      + (segment * 1u + 0u) * 12u + firstElement) / 4u;
    let deltas = (model * 15u + sample) * 10u + filter_;
    for (var window = 0u; window < 1u; window++) {
      let d = delta[deltas + window * 10u];
      let i = inputs + window * 3u;
      sum0 += d * input[i + 0u];
      sum1 += d * input[i + 1u];
      sum2 += d * input[i + 2u];
      biasSum += d;
    }
  }
  let block = model * 1934u + 700u + group.y * 156u + filter_;
  let element = segment * 12u + firstElement;
  if (firstElement + 0u < 12u) {
    gradients[block + placeOf(element + 0u)] = sum0[0];
  }
  if (firstElement + 1u < 12u) {
    gradients[block + placeOf(element + 1u)] = sum0[1];
  }
  if (firstElement + 2u < 12u) {
    gradients[block + placeOf(element + 2u)] = sum0[2];
  }
  if (firstElement + 3u < 12u) {
    gradients[block + placeOf(element + 3u)] = sum0[3];
  }
  if (firstElement + 4u < 12u) {
    gradients[block + placeOf(element + 4u)] = sum1[0];
  }
  if (firstElement + 5u < 12u) {
    gradients[block + placeOf(element + 5u)] = sum1[1];
  }
  if (firstElement + 6u < 12u) {
    gradients[block + placeOf(element + 6u)] = sum1[2];
  }
  if (firstElement + 7u < 12u) {
    gradients[block + placeOf(element + 7u)] = sum1[3];
  }
  if (firstElement + 8u < 12u) {
    gradients[block + placeOf(element + 8u)] = sum2[0];
  }
  if (firstElement + 9u < 12u) {
    gradients[block + placeOf(element + 9u)] = sum2[1];
  }
  if (firstElement + 10u < 12u) {
    gradients[block + placeOf(element + 10u)] = sum2[2];
  }
  if (firstElement + 11u < 12u) {
    gradients[block + placeOf(element + 11u)] = sum2[3];
  }
  if (piece == 0u) { gradients[block + 144u] = biasSum; }
}
