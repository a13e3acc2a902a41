// buffers: dense12.delta, weights, encoder3.input.value, encoder3.input.delta, places
// workgroups: 1 × 1 × 2
// dense12 input gradient
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
@group(0) @binding(4) var<storage, read> places: array<u32>;

var<workgroup> blockA: array<vec4f, 45>;
var<workgroup> blockB: array<vec4f, 36>;

fn vectorA(model: u32, step: Step, item: u32, row: u32, k: u32) -> vec4f {
  let i = (model * 15u + row) * 10u + k;
  return vec4f(delta[i], delta[i + 1u], delta[i + 2u], delta[i + 3u]);
}

// Without what lies after the last k, which may be another model's, and not finite.
fn wholeA(model: u32, step: Step, item: u32, row: u32, k: u32) -> vec4f {
  let found = vectorA(model, step, item, row, k);
  return select(vec4f(), found, vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(10u));
}

fn vectorB(model: u32, segment: u32, k: u32, column: u32) -> vec4f {
  if (k >= 10u) { return vec4f(); }
  return weights[(model * 1680u + 700u
    + column * 12u + k) / 4u];
}

fn storeWindow(model: u32, step: Step, item: u32, window: u32, column: u32, sums: array<f32, 1>) {
  if (column >= 12u) { return; }
  if (window >= places[model * 54u + 3u]) { return; }
  let factor = 1.0f;
  inputDelta[(model * 15u + window) * 12u + column] = sums[0] * factor;
}
@compute @workgroup_size(45)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let firstColumn = group.x % 1u * 12u;
  let firstWindow = group.x / 1u * 15u;
  let firstItem = group.y * 1u;
  if (firstItem >= 1u) { return; }
  if (firstWindow >= places[model * 54u + 3u]) { return; }
  let columnThread = lane % 3u;
  let rowThread = lane / 3u % 15u;
  let itemThread = lane / 45u;
  let tileRow = itemThread * 15u + rowThread * 1u;
  var sum0_0 = vec4f();
  for (var chunk = 0u; chunk < 1u; chunk++) {
    let firstK = chunk * 12u;
    for (var segment = 0u; segment < 1u; segment++) {
      workgroupBarrier();
      if (segment == 0u) {
        for (var i = lane; i < 45u; i += 45u) {
          let k = i % 3u;
          let row = i / 3u;
          blockA[row * 3u + k] = wholeA(model, step, firstItem + row / 15u,
            firstWindow * 1u + row % 15u, firstK + 4u * k);
        }
      }
      for (var i = lane; i < 36u; i += 45u) {
        let k = i % 3u;
        let column = i / 3u;
        blockB[column * 3u + k] =
          vectorB(model, segment, firstK + 4u * k, firstColumn + column);
      }
      workgroupBarrier();
      let rowA = (tileRow + segment * 1u) * 3u;
      for (var k = 0u; k < 3u; k++) {
        let b0_0 = blockB[(columnThread + 0u) * 3u + k];
        let b0_1 = blockB[(columnThread + 3u) * 3u + k];
        let b0_2 = blockB[(columnThread + 6u) * 3u + k];
        let b0_3 = blockB[(columnThread + 9u) * 3u + k];
        var a = vec4f();
        a = blockA[rowA + k + 0u];
        sum0_0 += vec4f(dot(a, b0_0), dot(a, b0_1), dot(a, b0_2), dot(a, b0_3));
      }
    }
  }
  let item = firstItem + itemThread;
  if (item >= 1u) { return; }
  let window0 = firstWindow + rowThread * 1u + 0u;
  if (window0 < 15u) {
    storeWindow(model, step, item, window0, firstColumn + columnThread + 0u, array<f32, 1>(
      sum0_0[0],
    ));
    storeWindow(model, step, item, window0, firstColumn + columnThread + 3u, array<f32, 1>(
      sum0_0[1],
    ));
    storeWindow(model, step, item, window0, firstColumn + columnThread + 6u, array<f32, 1>(
      sum0_0[2],
    ));
    storeWindow(model, step, item, window0, firstColumn + columnThread + 9u, array<f32, 1>(
      sum0_0[3],
    ));
  }
}
