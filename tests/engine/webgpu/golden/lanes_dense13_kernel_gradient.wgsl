// buffers: dropout12.value, dense13.delta, gradients
// workgroups: 1 × 1 × 2
// dense13 kernel gradient
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
@group(0) @binding(2) var<storage, read_write> gradients: array<vec4f>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let tile = group.x * 8u + lane;
  if (tile >= 1u) { return; }
  let firstFilter = tile % 1u * 4u;
  let firstElement = tile / 1u % 1u * 2u;
  let segment = tile / 1u;
  let firstSample = group.y * 3u;
  let endSample = min(firstSample + 3u, step.samples);
  var bias0 = vec4f();
  var sum0_0 = vec4f();
  var sum1_0 = vec4f();
  for (var sample = firstSample; sample < endSample; sample += 3u) {
    let sample0 = min(sample + 0u, endSample - 1u);
    let start0 = (model * 3u + sample0) * 2u + (segment * 1u + 0u) * 2u + firstElement;
    let place0 = (model * 3u + sample0) * 1u + firstFilter;
    let x0_0 = input[(start0 + 0u) / 2u];
    let sample1 = min(sample + 1u, endSample - 1u);
    let start1 = (model * 3u + sample1) * 2u + (segment * 1u + 0u) * 2u + firstElement;
    let place1 = (model * 3u + sample1) * 1u + firstFilter;
    let x1_0 = input[(start1 + 0u) / 2u];
    let sample2 = min(sample + 2u, endSample - 1u);
    let start2 = (model * 3u + sample2) * 2u + (segment * 1u + 0u) * 2u + firstElement;
    let place2 = (model * 3u + sample2) * 1u + firstFilter;
    let x2_0 = input[(start2 + 0u) / 2u];
    {
      let d0 = vec4f(delta[place0 + 0u + 0u], delta[place0 + 0u + 1u], delta[place0 + 0u + 2u], delta[place0 + 0u + 3u]);
      let d1 = select(vec4f(), vec4f(delta[place1 + 0u + 0u], delta[place1 + 0u + 1u], delta[place1 + 0u + 2u], delta[place1 + 0u + 3u]), sample + 1u < endSample);
      let d2 = select(vec4f(), vec4f(delta[place2 + 0u + 0u], delta[place2 + 0u + 1u], delta[place2 + 0u + 2u], delta[place2 + 0u + 3u]), sample + 2u < endSample);
      bias0 += d0 + d1 + d2;
      sum0_0 += x0_0[0] * d0 + x1_0[0] * d1 + x2_0[0] * d2;
      sum1_0 += x0_0[1] * d0 + x1_0[1] * d1 + x2_0[1] * d2;
    }
  }
  let block = model * 2784u + 2764u + group.y * 20u;
  let row = segment * 4u + firstElement;
  if (firstFilter + 0u < 1u) {
    if (firstElement + 0u < 2u) {
      gradients[(block + (row + 0u) * 4u + firstFilter + 0u) / 4u + 0u] = select(vec4f(), sum0_0, vec4u(firstFilter + 0u) + vec4u(0u, 1u, 2u, 3u) < vec4u(1u));
    }
    if (firstElement + 1u < 2u) {
      gradients[(block + (row + 1u) * 4u + firstFilter + 0u) / 4u + 0u] = select(vec4f(), sum1_0, vec4u(firstFilter + 0u) + vec4u(0u, 1u, 2u, 3u) < vec4u(1u));
    }
    if (segment == 0u && firstElement == 0u) {
      gradients[(block + 16u + firstFilter + 0u) / 4u + 0u] = select(vec4f(), bias0, vec4u(firstFilter + 0u) + vec4u(0u, 1u, 2u, 3u) < vec4u(1u));
    }
  }
}
