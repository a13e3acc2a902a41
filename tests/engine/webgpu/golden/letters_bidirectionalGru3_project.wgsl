// buffers: conv0.value, weights, bidirectionalGru3.gates, places
// workgroups: 1 × 1 × 2
// bidirectionalGru3 project
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
@group(0) @binding(2) var<storage, read_write> gates: array<f32>;
@group(0) @binding(3) var<storage, read> places: array<u32>;
fn weightAt(model: u32, direction: u32, row: u32, column: u32) -> u32 {
  return model * 668u + 360u + direction * 108u + row * 12u + column;
}
var<workgroup> blockA: array<vec4f, 36>;
var<workgroup> blockB: array<vec4f, 48>;

fn vectorA(model: u32, step: Step, item: u32, row: u32, k: u32) -> vec4f {
  let i = (model * 3u + item) * 20u + row * 5u + k;
  return vec4f(input[i], input[i + 1u], input[i + 2u], input[i + 3u]);
}

// Without what lies after the last k, which may be another model's, and not finite.
fn wholeA(model: u32, step: Step, item: u32, row: u32, k: u32) -> vec4f {
  let found = vectorA(model, step, item, row, k);
  return select(vec4f(), found, vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(5u));
}

fn vectorB(model: u32, segment: u32, k: u32, column: u32) -> vec4f {
  if (k >= 5u) { return vec4f(); }
  return weights[weightAt(model, column / 12u, k, column % 12u) / 4u];
}

fn storeWindow(model: u32, step: Step, item: u32, window: u32, column: u32, sums: array<f32, 1>) {
  if (column >= 24u) { return; }
  let bias = weights[weightAt(model, column / 12u, 8u, column % 12u) / 4u];
  gates[(model * 3u + item) * 96u + window * 24u + column] = sums[0] + bias[column % 4u];
}
@compute @workgroup_size(72)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let firstColumn = group.x % 1u * 24u;
  let firstWindow = group.x / 1u * 4u;
  let firstItem = group.y * 3u;
  if (firstItem >= places[model * 8u + 0u]) { return; }
  let columnThread = lane % 6u;
  let rowThread = lane / 6u % 4u;
  let itemThread = lane / 24u;
  let tileRow = itemThread * 4u + rowThread * 1u;
  var sum0_0 = vec4f();
  for (var chunk = 0u; chunk < 1u; chunk++) {
    let firstK = chunk * 8u;
    for (var segment = 0u; segment < 1u; segment++) {
      workgroupBarrier();
      if (segment == 0u) {
        for (var i = lane; i < 24u; i += 72u) {
          let k = i % 2u;
          let row = i / 2u;
          blockA[row * 3u + k] = wholeA(model, step, firstItem + row / 4u,
            firstWindow * 1u + row % 4u, firstK + 4u * k);
        }
      }
      for (var i = lane; i < 48u; i += 72u) {
        let k = i / 6u;
        let column = 4u * (i % 6u);
        blockB[i] = vectorB(model, segment, firstK + k, firstColumn + column);
      }
      workgroupBarrier();
      let rowA = (tileRow + segment * 1u) * 3u;
      for (var k = 0u; k < 2u; k++) {
        let b0_0 = blockB[(4u * k + 0u) * 6u + columnThread + 0u];
        let b0_1 = blockB[(4u * k + 1u) * 6u + columnThread + 0u];
        let b0_2 = blockB[(4u * k + 2u) * 6u + columnThread + 0u];
        let b0_3 = blockB[(4u * k + 3u) * 6u + columnThread + 0u];
        var a = vec4f();
        a = blockA[rowA + k + 0u];
        sum0_0 += a.x * b0_0 + a.y * b0_1 + a.z * b0_2 + a.w * b0_3;
      }
    }
  }
  let item = firstItem + itemThread;
  if (item >= places[model * 8u + 0u]) { return; }
  let window0 = firstWindow + rowThread * 1u + 0u;
  if (window0 < 4u) {
    storeWindow(model, step, item, window0, firstColumn + 4u * columnThread + 0u, array<f32, 1>(
      sum0_0[0],
    ));
    storeWindow(model, step, item, window0, firstColumn + 4u * columnThread + 1u, array<f32, 1>(
      sum0_0[1],
    ));
    storeWindow(model, step, item, window0, firstColumn + 4u * columnThread + 2u, array<f32, 1>(
      sum0_0[2],
    ));
    storeWindow(model, step, item, window0, firstColumn + 4u * columnThread + 3u, array<f32, 1>(
      sum0_0[3],
    ));
  }
}
