// buffers: dense10.delta, dense10.turned, dense9.delta
// workgroups: 1 × 75 × 2
// dense10 input gradient
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
@group(0) @binding(0) var<storage, read> delta: array<f32>;
@group(0) @binding(1) var<storage, read> turned: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> inputDelta: array<vec4f>;

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
    let window0_0 = 0i;
    let place0_0 = (model * 3u + item0) * 2u + k + 0u * 2u;
    let d0_0 = delta[place0_0];
    let x0_0 = d0_0;
    {
      let column = firstColumn + 0u;
      let w0 = turned[(model * 600u + (0u + k) * 300u + column) / 4u];
      sum0_0_0 += x0_0 * w0;
    }
  }
  if (firstColumn + 0u < 300u) {
    let column = firstColumn + 0u;

    {
      let window = firstWindow + 0u;
      {
      inputDelta[((model * 3u + item0) * 300u + (window * 1u + 0u) * 300u + column) / 4u + 0u] = sum0_0_0;
      }
    }
  }
}
