// buffers: conv0.value, conv3.delta, gradients
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
@group(0) @binding(0) var<storage, read> input: array<f32>;
@group(0) @binding(1) var<storage, read> delta: array<f32>;
@group(0) @binding(2) var<storage, read_write> gradients: array<f32>;
// Where the row of an element of the window is in the kernel: taps may be padded.
fn placeOf(element: u32) -> u32 {
  return (element / 3u * 4u + element % 3u)
    * 4u;
}
@compute @workgroup_size(4)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let filter_ = group.x % 1u * 2u + lane % 2u;
  let piece = group.x / 1u * 2u + lane / 2u;
  if (filter_ >= 2u || piece >= 2u) { return; }
  let segment = piece / 1u;
  let firstElement = piece % 1u * 3u;
  let firstSample = group.y * 3u;
  let endSample = min(firstSample + 3u, step.samples);
  var sum0 = f32();
  var sum1 = f32();
  var sum2 = f32();
  var biasSum = 0.0f;
  for (var sample = firstSample; sample < endSample; sample++) {
    let inputs = ((model * 3u + sample) * 12u
      + (segment * 2u + 0u) * 3u + firstElement) / 1u;
    let deltas = (model * 3u + sample) * 4u + filter_;
    for (var window = 0u; window < 2u; window++) {
      let d = delta[deltas + window * 2u];
      let i = inputs + window * 3u;
      sum0 += d * input[i + 0u];
      sum1 += d * input[i + 1u];
      sum2 += d * input[i + 2u];
      biasSum += d;
    }
  }
  let block = model * 2784u + 20u + group.y * 36u + filter_;
  let element = segment * 3u + firstElement;
  if (firstElement + 0u < 3u) {
    gradients[block + placeOf(element + 0u)] = sum0;
  }
  if (firstElement + 1u < 3u) {
    gradients[block + placeOf(element + 1u)] = sum1;
  }
  if (firstElement + 2u < 3u) {
    gradients[block + placeOf(element + 2u)] = sum2;
  }
  if (piece == 0u) { gradients[block + 32u] = biasSum; }
}
