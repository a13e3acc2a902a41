// buffers: dropout7.value, dense9.delta, gradients
// workgroups: 5 × 1 × 2
// dense9 kernel gradient
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
// Where the row of an element of the window is in the kernel: taps may be padded.
fn placeOf(element: u32) -> u32 {
  return (element / 2u * 4u + element % 2u)
    * 300u;
}
@compute @workgroup_size(60)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let filter_ = group.x % 5u * 60u + lane % 60u;
  let piece = group.x / 5u * 1u + lane / 60u;
  if (filter_ >= 300u || piece >= 1u) { return; }
  let segment = piece / 1u;
  let firstElement = piece % 1u * 2u;
  let firstSample = group.y * 3u;
  let endSample = min(firstSample + 3u, step.samples);
  var sum0 = vec2f();
  var biasSum = 0.0f;
  for (var sample = firstSample; sample < endSample; sample++) {
    let inputs = ((model * 3u + sample) * 2u
      + (segment * 1u + 0u) * 2u + firstElement) / 2u;
    let deltas = (model * 3u + sample) * 300u + filter_;
    for (var window = 0u; window < 1u; window++) {
      let d = delta[deltas + window * 300u];
      let i = inputs + window * 1u;
      sum0 += d * input[i + 0u];
      biasSum += d;
    }
  }
  let block = model * 2784u + 60u + group.y * 1500u + filter_;
  let element = segment * 2u + firstElement;
  if (firstElement + 0u < 2u) {
    gradients[block + placeOf(element + 0u)] = sum0[0];
  }
  if (firstElement + 1u < 2u) {
    gradients[block + placeOf(element + 1u)] = sum0[1];
  }
  if (piece == 0u) { gradients[block + 1200u] = biasSum; }
}
