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
@group(0) @binding(1) var<storage, read> delta: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> gradients: array<vec4f>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let tile = group.x * 8u + lane;
  if (tile >= 6u) { return; }
  let firstFilter = tile % 1u * 4u;
  let firstElement = tile / 1u % 3u * 1u;
  let segment = tile / 3u;
  let firstSample = group.y * 3u;
  let endSample = min(firstSample + 3u, step.samples);
  var bias0 = vec4f();
  var sum0_0 = vec4f();
  for (var sample = firstSample; sample < endSample; sample += 1u) {
    let inputs = (model * 3u + sample) * 12u + (segment * 2u + 0u) * 3u + firstElement;
    let deltas = (model * 3u + sample) * 4u + firstFilter;
    for (var window = 0u; window < 2u; window++) {
      let first = window * 1u;
      let start = inputs + first * 3u;
      let place = deltas + window * 2u;
      let x0 = input[start + 0u];
      {
        let d = vec4f(delta[(place + 0u) / 2u + 0u], delta[(place + 0u) / 2u + 1u]);

        let d0 = d;
        bias0 += d;
        sum0_0 += x0 * d0;
      }
    }
  }
  let block = model * 2784u + 20u + group.y * 36u;
  let row = segment * 4u + firstElement;
  if (firstFilter + 0u < 2u) {
    if (firstElement + 0u < 3u) {
      gradients[(block + (row + 0u) * 4u + firstFilter + 0u) / 4u + 0u] = select(vec4f(), sum0_0, vec4u(firstFilter + 0u) + vec4u(0u, 1u, 2u, 3u) < vec4u(2u));
    }
    if (segment == 0u && firstElement == 0u) {
      gradients[(block + 32u + firstFilter + 0u) / 4u + 0u] = select(vec4f(), bias0, vec4u(firstFilter + 0u) + vec4u(0u, 1u, 2u, 3u) < vec4u(2u));
    }
  }
}
