// buffers: input.value, weights, conv0.value, conv0.offset
// workgroups: 2 × 1 × 2
// conv0 forward
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
@group(0) @binding(2) var<storage, read_write> value: array<f32>;
@group(0) @binding(3) var<storage, read_write> offsets: array<u32>;

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
  var sum0_1_0 = vec4f();
  for (var k = 0u; k < 2u; k++) {
    let inputs0 = (model * 6u + step.gatheredAt + item0) * 18u + (firstWindow * 2u + 0u) * 2u + k;
    let x0_0 = input[inputs0 + 0u];
    let x0_1 = input[inputs0 + 2u];
    let x0_2 = input[inputs0 + 4u];
    {
      let column = firstColumn + 0u;
      let w0 = weights[(model * 2788u + 0u + k * 4u + column) / 4u];
      let w1 = weights[(model * 2788u + 8u + k * 4u + column) / 4u];
      sum0_0_0 += x0_0 * w0 + x0_1 * w1;
      sum0_1_0 += x0_1 * w0 + x0_2 * w1;
    }
  }
  {
    let column = firstColumn + 0u;
    let bias = weights[(model * 2788u + 16u + column) / 4u];
    {
      let window = firstWindow + 0u;
      var best = sum0_0_0;
      var at = vec4u();
      var exceeds = vec4<bool>();
      exceeds = ((sum0_1_0 > best) | ((bitcast<vec4u>(sum0_1_0) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u)));
      at = select(at, vec4u(1u), exceeds);
      best = select(best, sum0_1_0, exceeds);
      best += bias;
      best = select(0.05000000074505806f * best, best, best > vec4f());
      value[(model * 3u + item0) * 12u + 0u + window * 3u + column + 0u] = best.x;
value[(model * 3u + item0) * 12u + 0u + window * 3u + column + 1u] = best.y;
value[(model * 3u + item0) * 12u + 0u + window * 3u + column + 2u] = best.z;
      at += vec4u(window * 2u);
      offsets[(model * 3u + item0) * 12u + window * 3u + column + 0u] = at.x;
offsets[(model * 3u + item0) * 12u + window * 3u + column + 1u] = at.y;
offsets[(model * 3u + item0) * 12u + window * 3u + column + 2u] = at.z;
    }
  }
}
