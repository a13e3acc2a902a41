// buffers: bidirectionalGru3.gates, weights, conv0.value, conv0.delta, places
// workgroups: 1 × 1 × 2
// bidirectionalGru3 input gradient
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
@group(0) @binding(0) var<storage, read> gates: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<vec4f>;
@group(0) @binding(2) var<storage, read> value: array<f32>;
@group(0) @binding(3) var<storage, read_write> inputDelta: array<f32>;
@group(0) @binding(4) var<storage, read> places: array<u32>;
fn weightAt(model: u32, direction: u32, row: u32, column: u32) -> u32 {
  return model * 668u + 360u + direction * 108u + row * 12u + column;
}
var<workgroup> blockA: array<vec4f, 84>;
var<workgroup> blockB: array<vec4f, 56>;

fn vectorA(model: u32, step: Step, item: u32, row: u32, k: u32) -> vec4f {
  let i = (model * 3u + item) * 96u + row * 24u + k;
  return vec4f(gates[i], gates[i + 1u], gates[i + 2u], gates[i + 3u]);
}

// Without what lies after the last k, which may be another model's, and not finite.
fn wholeA(model: u32, step: Step, item: u32, row: u32, k: u32) -> vec4f {
  let found = vectorA(model, step, item, row, k);
  return select(vec4f(), found, vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(24u));
}

fn vectorB(model: u32, segment: u32, k: u32, column: u32) -> vec4f {
  if (k >= 24u) { return vec4f(); }
  return weights[weightAt(model, k / 12u, column, k % 12u) / 4u];
}

fn storeWindow(model: u32, step: Step, item: u32, window: u32, column: u32, sums: array<f32, 1>) {
  if (column >= 5u) { return; }
  let place = window * 5u + column;
  let factor = select(0.05000000074505806f, 1.0f, value[(model * 3u + item) * 20u + 0u + place] > 0.0f);
  inputDelta[(model * 3u + item) * 20u + place] = sums[0] * factor;
}
@compute @workgroup_size(24)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let firstColumn = group.x % 1u * 8u;
  let firstWindow = group.x / 1u * 4u;
  let firstItem = group.y * 3u;
  if (firstItem >= places[model * 8u + 0u]) { return; }
  let columnThread = lane % 2u;
  let rowThread = lane / 2u % 4u;
  let itemThread = lane / 8u;
  let tileRow = itemThread * 4u + rowThread * 1u;
  var sum0_0 = vec4f();
  for (var chunk = 0u; chunk < 1u; chunk++) {
    let firstK = chunk * 24u;
    for (var segment = 0u; segment < 1u; segment++) {
      workgroupBarrier();
      if (segment == 0u) {
        for (var i = lane; i < 72u; i += 24u) {
          let k = i % 6u;
          let row = i / 6u;
          blockA[row * 7u + k] = wholeA(model, step, firstItem + row / 4u,
            firstWindow * 1u + row % 4u, firstK + 4u * k);
        }
      }
      for (var i = lane; i < 48u; i += 24u) {
        let k = i % 6u;
        let column = i / 6u;
        blockB[column * 7u + k] =
          vectorB(model, segment, firstK + 4u * k, firstColumn + column);
      }
      workgroupBarrier();
      let rowA = (tileRow + segment * 1u) * 7u;
      for (var k = 0u; k < 6u; k++) {
        let b0_0 = blockB[(columnThread + 0u) * 7u + k];
        let b0_1 = blockB[(columnThread + 2u) * 7u + k];
        let b0_2 = blockB[(columnThread + 4u) * 7u + k];
        let b0_3 = blockB[(columnThread + 6u) * 7u + k];
        var a = vec4f();
        a = blockA[rowA + k + 0u];
        sum0_0 += vec4f(dot(a, b0_0), dot(a, b0_1), dot(a, b0_2), dot(a, b0_3));
      }
    }
  }
  let item = firstItem + itemThread;
  if (item >= places[model * 8u + 0u]) { return; }
  let window0 = firstWindow + rowThread * 1u + 0u;
  if (window0 < 4u) {
    storeWindow(model, step, item, window0, firstColumn + columnThread + 0u, array<f32, 1>(
      sum0_0[0],
    ));
    storeWindow(model, step, item, window0, firstColumn + columnThread + 2u, array<f32, 1>(
      sum0_0[1],
    ));
    storeWindow(model, step, item, window0, firstColumn + columnThread + 4u, array<f32, 1>(
      sum0_0[2],
    ));
    storeWindow(model, step, item, window0, firstColumn + columnThread + 6u, array<f32, 1>(
      sum0_0[3],
    ));
  }
}
