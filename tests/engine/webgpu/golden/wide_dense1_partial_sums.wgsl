// buffers: encoder0.input.value, weights, dense1.partial, places
// workgroups: 1 × 16 × 2
// dense1 partial sums
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
@group(0) @binding(0) var<storage, read> input: array<vec4f>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> partial: array<vec4f>;
@group(0) @binding(3) var<storage, read> places: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let i = group.x * 64u + lane;
  let row = i / 1u * 8u;
  let quad = i % 1u;
  if (row >= places[model * 8u + 0u]) { return; }
  var sum0 = vec4f();
  var sum1 = vec4f();
  var sum2 = vec4f();
  var sum3 = vec4f();
  var sum4 = vec4f();
  var sum5 = vec4f();
  var sum6 = vec4f();
  var sum7 = vec4f();
  let end = min(1024u, (group.y + 1u) * 64u);
  for (var k = group.y * 64u; k < end; k++) {
    let at = (model * 16408u + 0u) / 4u + 4u * k * 1u + quad;
    let b0 = weights[at + 0u];
    let b1 = weights[at + 1u];
    let b2 = weights[at + 2u];
    let b3 = weights[at + 3u];
    {
      let a0 = input[((model * 3u + row + 0u) * 4096u) / 4u + k];
      sum0 += a0.x * b0 + a0.y * b1 + a0.z * b2 + a0.w * b3;
    }
    {
      let a1 = input[((model * 3u + row + 1u) * 4096u) / 4u + k];
      sum1 += a1.x * b0 + a1.y * b1 + a1.z * b2 + a1.w * b3;
    }
    {
      let a2 = input[((model * 3u + row + 2u) * 4096u) / 4u + k];
      sum2 += a2.x * b0 + a2.y * b1 + a2.z * b2 + a2.w * b3;
    }
    {
      let a3 = input[((model * 3u + row + 3u) * 4096u) / 4u + k];
      sum3 += a3.x * b0 + a3.y * b1 + a3.z * b2 + a3.w * b3;
    }
    {
      let a4 = input[((model * 3u + row + 4u) * 4096u) / 4u + k];
      sum4 += a4.x * b0 + a4.y * b1 + a4.z * b2 + a4.w * b3;
    }
    {
      let a5 = input[((model * 3u + row + 5u) * 4096u) / 4u + k];
      sum5 += a5.x * b0 + a5.y * b1 + a5.z * b2 + a5.w * b3;
    }
    {
      let a6 = input[((model * 3u + row + 6u) * 4096u) / 4u + k];
      sum6 += a6.x * b0 + a6.y * b1 + a6.z * b2 + a6.w * b3;
    }
    {
      let a7 = input[((model * 3u + row + 7u) * 4096u) / 4u + k];
      sum7 += a7.x * b0 + a7.y * b1 + a7.z * b2 + a7.w * b3;
    }
  }
  let to = ((model * 16u + group.y) * 3u + row) * 1u + quad;
  if (row + 0u < places[model * 8u + 0u]) { partial[to + 0u] = sum0; }
  if (row + 1u < places[model * 8u + 0u]) { partial[to + 1u] = sum1; }
  if (row + 2u < places[model * 8u + 0u]) { partial[to + 2u] = sum2; }
  if (row + 3u < places[model * 8u + 0u]) { partial[to + 3u] = sum3; }
  if (row + 4u < places[model * 8u + 0u]) { partial[to + 4u] = sum4; }
  if (row + 5u < places[model * 8u + 0u]) { partial[to + 5u] = sum5; }
  if (row + 6u < places[model * 8u + 0u]) { partial[to + 6u] = sum6; }
  if (row + 7u < places[model * 8u + 0u]) { partial[to + 7u] = sum7; }
}
