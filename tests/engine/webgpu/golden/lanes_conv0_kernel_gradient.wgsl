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
@group(0) @binding(3) var<storage, read_write> gradients: array<vec4f>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let tile = group.x * 8u + lane;
  if (tile >= 2u) { return; }
  let firstFilter = tile % 1u * 4u;
  let firstElement = tile / 1u % 2u * 2u;
  let segment = tile / 2u;
  let firstSample = group.y * 3u;
  let endSample = min(firstSample + 3u, step.samples);
  var bias0 = vec4f();
  var sum0_0 = vec4f();
  var sum1_0 = vec4f();
  for (var sample = firstSample; sample < endSample; sample += 1u) {
    let inputs = (model * 6u + step.gatheredAt + sample) * 18u + (segment * 1u + 0u) * 2u + firstElement;
    let deltas = (model * 3u + sample) * 12u + firstFilter;
    for (var window = 0u; window < 4u; window++) {
      let first = window * 2u;
      let start = inputs + first * 2u;
      let place = deltas + window * 3u;
      let x0 = input[(start + 0u) / 2u];
      let x2 = input[(start + 2u) / 2u];
      {
        let d = vec4f(delta[place + 0u + 0u], delta[place + 0u + 1u], delta[place + 0u + 2u], delta[place + 0u + 3u]);
        let at = vec4u(offsets[place + 0u + 0u], offsets[place + 0u + 1u], offsets[place + 0u + 2u], offsets[place + 0u + 3u]);
        let d0 = select(vec4f(), d, at == vec4u(first + 0u));
        let d1 = select(vec4f(), d, at == vec4u(first + 1u));
        bias0 += d;
        sum0_0 += x0[0] * d0 + x2[0] * d1;
        sum1_0 += x0[1] * d0 + x2[1] * d1;
      }
    }
  }
  let block = model * 2784u + 0u + group.y * 20u;
  let row = segment * 4u + firstElement;
  if (firstFilter + 0u < 3u) {
    if (firstElement + 0u < 4u) {
      gradients[(block + (row + 0u) * 4u + firstFilter + 0u) / 4u + 0u] = select(vec4f(), sum0_0, vec4u(firstFilter + 0u) + vec4u(0u, 1u, 2u, 3u) < vec4u(3u));
    }
    if (firstElement + 1u < 4u) {
      gradients[(block + (row + 1u) * 4u + firstFilter + 0u) / 4u + 0u] = select(vec4f(), sum1_0, vec4u(firstFilter + 0u) + vec4u(0u, 1u, 2u, 3u) < vec4u(3u));
    }
    if (segment == 0u && firstElement == 0u) {
      gradients[(block + 16u + firstFilter + 0u) / 4u + 0u] = select(vec4f(), bias0, vec4u(firstFilter + 0u) + vec4u(0u, 1u, 2u, 3u) < vec4u(3u));
    }
  }
}
