// buffers: input.value, conv0.delta, conv0.offset, gradients
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
@group(0) @binding(0) var<storage, read> input: array<vec2f>;
@group(0) @binding(1) var<storage, read> delta: array<f32>;
@group(0) @binding(2) var<storage, read> offsets: array<u32>;
@group(0) @binding(3) var<storage, read_write> gradients: array<f32>;
// Where the row of an element of the window is in the kernel: taps may be padded.
fn placeOf(element: u32) -> u32 {
  return (element / 4u * 4u + element % 4u)
    * 4u;
}
@compute @workgroup_size(3)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let filter_ = group.x % 1u * 3u + lane % 3u;
  let piece = group.x / 1u * 1u + lane / 3u;
  if (filter_ >= 3u || piece >= 1u) { return; }
  let segment = piece / 1u;
  let firstElement = piece % 1u * 4u;
  let firstSample = group.y * 3u;
  let endSample = min(firstSample + 3u, step.samples);
  var sum0 = vec2f();
  var sum1 = vec2f();
  var biasSum = 0.0f;
  for (var sample = firstSample; sample < endSample; sample++) {
    let inputs = ((model * 6u + step.gatheredAt + sample) * 18u
      + (segment * 1u + 0u) * 2u + firstElement) / 2u;
    let deltas = (model * 3u + sample) * 12u + filter_;
    for (var window = 0u; window < 4u; window++) {
      let d = delta[deltas + window * 3u];
      let i = inputs + offsets[deltas + window * 3u] * 1u;
      sum0 += d * input[i + 0u];
      sum1 += d * input[i + 1u];
      biasSum += d;
    }
  }
  let block = model * 2784u + 0u + group.y * 20u + filter_;
  let element = segment * 4u + firstElement;
  if (firstElement + 0u < 4u) {
    gradients[block + placeOf(element + 0u)] = sum0[0];
  }
  if (firstElement + 1u < 4u) {
    gradients[block + placeOf(element + 1u)] = sum0[1];
  }
  if (firstElement + 2u < 4u) {
    gradients[block + placeOf(element + 2u)] = sum1[0];
  }
  if (firstElement + 3u < 4u) {
    gradients[block + placeOf(element + 3u)] = sum1[1];
  }
  if (piece == 0u) { gradients[block + 16u] = biasSum; }
}
