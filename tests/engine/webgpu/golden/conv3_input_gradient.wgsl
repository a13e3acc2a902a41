// buffers: conv3.delta, weights, conv0.value, conv0.delta
// workgroups: 1 × 1 × 2
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
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> value: array<f32>;
@group(0) @binding(3) var<storage, read_write> inputDelta: array<f32>;

var<workgroup> blockA: array<vec4f, 18>;
var<workgroup> blockB: array<vec4f, 4>;

fn vectorA(model: u32, step: Step, item: u32, row: u32, k: u32) -> vec4f {
  let position = i32(row) - 2;
  if (position < 0 || position >= 2) { return vec4f(); }
  let i = (model * 3u + item) * 4u + u32(position) * 2u + k;
  let found = vec4f(delta[i], delta[i + 1u], delta[i + 2u], delta[i + 3u]);
  return found;
}

// Without what lies after the last k, which may be another model's, and not finite.
fn wholeA(model: u32, step: Step, item: u32, row: u32, k: u32) -> vec4f {
  let found = vectorA(model, step, item, row, k);
  return select(vec4f(), found, vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(2u));
}

fn vectorB(model: u32, segment: u32, k: u32, column: u32) -> vec4f {
  if (k >= 2u) { return vec4f(); }
  let row = (1u - segment) * 4u + column;
  return weights[(model * 2788u + 20u + row * 4u + k) / 4u];
}

fn storeWindow(model: u32, step: Step, item: u32, window: u32, column: u32, sums: array<f32, 1>) {
  if (column >= 3u) { return; }
  let place = window * 3u + column;
  let factor = select(0.05000000074505806f, 1.0f, value[(model * 3u + item) * 12u + 0u + place] > 0.0f);
  inputDelta[(model * 3u + item) * 12u + place] = sums[0] * factor;
}
@compute @workgroup_size(12)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let firstColumn = group.x % 1u * 4u;
  let firstWindow = group.x / 1u * 4u;
  let firstItem = group.y * 3u;
  if (firstItem >= step.samples) { return; }
  let columnThread = lane % 1u;
  let rowThread = lane / 1u % 4u;
  let itemThread = lane / 4u;
  let tileRow = itemThread * 6u + rowThread * 1u;
  var sum0_0 = vec4f();
  for (var chunk = 0u; chunk < 1u; chunk++) {
    let firstK = chunk * 4u;
    for (var segment = 0u; segment < 2u; segment++) {
      workgroupBarrier();
      if (segment == 0u) {
        for (var i = lane; i < 18u; i += 12u) {
          let k = i % 1u;
          let row = i / 1u;
          blockA[row * 1u + k] = wholeA(model, step, firstItem + row / 6u,
            firstWindow * 1u + row % 6u, firstK + 4u * k);
        }
      }
      for (var i = lane; i < 4u; i += 12u) {
        let k = i % 1u;
        let column = i / 1u;
        blockB[column * 1u + k] =
          vectorB(model, segment, firstK + 4u * k, firstColumn + column);
      }
      workgroupBarrier();
      let rowA = (tileRow + segment * 2u) * 1u;
      for (var k = 0u; k < 1u; k++) {
        let b0_0 = blockB[(columnThread + 0u) * 1u + k];
        let b0_1 = blockB[(columnThread + 1u) * 1u + k];
        let b0_2 = blockB[(columnThread + 2u) * 1u + k];
        let b0_3 = blockB[(columnThread + 3u) * 1u + k];
        var a = vec4f();
        a = blockA[rowA + k + 0u];
        sum0_0 += vec4f(dot(a, b0_0), dot(a, b0_1), dot(a, b0_2), dot(a, b0_3));
      }
    }
  }
  let item = firstItem + itemThread;
  if (item >= step.samples) { return; }
  let window0 = firstWindow + rowThread * 1u + 0u;
  if (window0 < 4u) {
    storeWindow(model, step, item, window0, firstColumn + columnThread + 0u, array<f32, 1>(
      sum0_0[0],
    ));
    storeWindow(model, step, item, window0, firstColumn + columnThread + 1u, array<f32, 1>(
      sum0_0[1],
    ));
    storeWindow(model, step, item, window0, firstColumn + columnThread + 2u, array<f32, 1>(
      sum0_0[2],
    ));
    storeWindow(model, step, item, window0, firstColumn + columnThread + 3u, array<f32, 1>(
      sum0_0[3],
    ));
  }
}
