// buffers: dropout7.value, weights, dense9.value
// workgroups: 1 × 75 × 2
// dense9 forward
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
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> value: array<vec4f>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let tile = group.x * 8u + lane;
  let item0 = tile / 1u * 1u + 0u;
  let firstWindow = tile % 1u * 1u;
  let firstColumn = group.y * 4u;
  if (item0 >= step.samples) { return; }
  var sum0_0_0 = vec4f();
  for (var k = 0u; k < 2u; k++) {
    let inputs0 = (model * 3u + item0) * 2u + (firstWindow * 1u + 0u) * 2u + k;
    let x0_0 = input[inputs0 + 0u];
    {
      let column = firstColumn + 0u;
      let w0 = weights[(model * 2788u + 64u + k * 300u + column) / 4u];
      sum0_0_0 += x0_0 * w0;
    }
  }
  if (firstColumn + 0u < 300u) {
    let column = firstColumn + 0u;
    let bias = weights[(model * 2788u + 1264u + column) / 4u];
    {
      let window = firstWindow + 0u;
      var best = sum0_0_0;


      best += bias;
      best = best;
      value[((model * 3u + item0) * 300u + 0u + window * 300u + column) / 4u + 0u] = best;

    }
  }
}
