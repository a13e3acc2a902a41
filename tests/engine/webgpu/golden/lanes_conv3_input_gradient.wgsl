// buffers: conv3.delta, conv3.turned, conv0.value, conv0.delta
// workgroups: 2 × 1 × 2
// conv3 input gradient
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
@group(0) @binding(2) var<storage, read> value: array<f32>;
@group(0) @binding(3) var<storage, read_write> inputDelta: array<f32>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let tile = group.x * 8u + lane;
  let item0 = tile / 4u * 1u + 0u;
  let firstWindow = tile % 4u * 1u;
  let firstColumn = group.y * 4u;
  if (item0 >= step.samples) { return; }
  var sum0_0_0 = vec4f();
  for (var k = 0u; k < 2u; k++) {
    let window0_m2 = i32(firstWindow) + -2i;
    let place0_m2 = (model * 3u + item0) * 4u + k + u32(clamp(window0_m2, 0i, 1i)) * 2u;
    let d0_m2 = select(0.0f, delta[place0_m2], window0_m2 >= 0i && window0_m2 < 2i);
    let window0_0 = i32(firstWindow) + 0i;
    let place0_0 = (model * 3u + item0) * 4u + k + u32(clamp(window0_0, 0i, 1i)) * 2u;
    let d0_0 = select(0.0f, delta[place0_0], window0_0 >= 0i && window0_0 < 2i);
    let x0_0 = d0_m2;
    let x0_2 = d0_0;
    {
      let column = firstColumn + 0u;
      let w0 = turned[(model * 16u + (2u + k) * 4u + column) / 4u];
      let w1 = turned[(model * 16u + (0u + k) * 4u + column) / 4u];
      sum0_0_0 += x0_0 * w0 + x0_2 * w1;
    }
  }
  {
    let column = firstColumn + 0u;

    {
      let window = firstWindow + 0u;
      {
      let passed = sum0_0_0 * select(vec4f(0.05000000074505806f), vec4f(1.0f), vec4f(value[(model * 3u + item0) * 12u + 0u + (window * 1u + 0u) * 3u + column + 0u], value[(model * 3u + item0) * 12u + 0u + (window * 1u + 0u) * 3u + column + 1u], value[(model * 3u + item0) * 12u + 0u + (window * 1u + 0u) * 3u + column + 2u], value[(model * 3u + item0) * 12u + 0u + (window * 1u + 0u) * 3u + column + 3u]) > vec4f());
      inputDelta[(model * 3u + item0) * 12u + (window * 1u + 0u) * 3u + column + 0u] = passed.x;
inputDelta[(model * 3u + item0) * 12u + (window * 1u + 0u) * 3u + column + 1u] = passed.y;
inputDelta[(model * 3u + item0) * 12u + (window * 1u + 0u) * 3u + column + 2u] = passed.z;
      }
    }
  }
}
