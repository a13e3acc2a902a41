// buffers: dense9.value, weights, dense10.value
// workgroups: 1 × 1 × 2
// dense10 forward
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

var<workgroup> blockA: array<vec4f, 225>;
var<workgroup> blockB: array<vec4f, 300>;

fn vectorA(model: u32, step: Step, item: u32, row: u32, k: u32) -> vec4f {
  let i = (model * 3u + row) * 300u + 0u + k;
  return vec4f(input[i], input[i + 1u], input[i + 2u], input[i + 3u]);
}

// Without what lies after the last k, which may be another model's, and not finite.
fn wholeA(model: u32, step: Step, item: u32, row: u32, k: u32) -> vec4f {
  let found = vectorA(model, step, item, row, k);
  return select(vec4f(), found, vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(300u));
}

fn vectorB(model: u32, segment: u32, k: u32, column: u32) -> vec4f {
  if (k >= 300u) { return vec4f(); }
  return weights[(model * 2788u + 1564u + k * 4u + column) / 4u];
}

fn storeWindow(model: u32, step: Step, item: u32, window: u32, column: u32, sums: array<f32, 1>) {
  if (column >= 2u) { return; }
  if (window >= step.samples) { return; }
  let sum = sums[0] + weights[(model * 2788u + 2764u + column) / 4u][column % 4u];
  value[(model * 3u + window) * 2u + 0u + column] = select(sum, 0.0f, bitcast<u32>(sum) - 0x80000000u <= 0x7f800000u);
}
@compute @workgroup_size(3)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let firstColumn = group.x % 1u * 4u;
  let firstWindow = group.x / 1u * 3u;
  let firstItem = group.y * 1u;
  if (firstItem >= 1u) { return; }
  let columnThread = lane % 1u;
  let rowThread = lane / 1u % 3u;
  let itemThread = lane / 3u;
  let tileRow = itemThread * 3u + rowThread * 1u;
  var sum0_0 = vec4f();
  for (var chunk = 0u; chunk < 1u; chunk++) {
    let firstK = chunk * 300u;
    for (var segment = 0u; segment < 1u; segment++) {
      workgroupBarrier();
      if (segment == 0u) {
        for (var i = lane; i < 225u; i += 3u) {
          let k = i % 75u;
          let row = i / 75u;
          blockA[row * 75u + k] = wholeA(model, step, firstItem + row / 3u,
            firstWindow * 1u + row % 3u, firstK + 4u * k);
        }
      }
      for (var i = lane; i < 300u; i += 3u) {
        let k = i / 1u;
        let column = 4u * (i % 1u);
        blockB[i] = vectorB(model, segment, firstK + k, firstColumn + column);
      }
      workgroupBarrier();
      let rowA = (tileRow + segment * 1u) * 75u;
      for (var k = 0u; k < 75u; k++) {
        let b0_0 = blockB[(4u * k + 0u) * 1u + columnThread + 0u];
        let b0_1 = blockB[(4u * k + 1u) * 1u + columnThread + 0u];
        let b0_2 = blockB[(4u * k + 2u) * 1u + columnThread + 0u];
        let b0_3 = blockB[(4u * k + 3u) * 1u + columnThread + 0u];
        var a = vec4f();
        a = blockA[rowA + k + 0u];
        sum0_0 += a.x * b0_0 + a.y * b0_1 + a.z * b0_2 + a.w * b0_3;
      }
    }
  }
  let item = firstItem + itemThread;
  if (item >= 1u) { return; }
  let window0 = firstWindow + rowThread * 1u + 0u;
  if (window0 < 3u) {
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
