// buffers: input.value, weights, conv0.value, conv0.offset
// workgroups: 1 × 1 × 2
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

var<workgroup> blockA: array<vec4f, 24>;
var<workgroup> blockB: array<vec4f, 4>;

fn vectorA(model: u32, step: Step, item: u32, row: u32, k: u32) -> vec4f {
  let i = (model * 6u + step.gatheredAt + item) * 18u + (row + 0u) * 2u + k;
  return vec4f(input[i], input[i + 1u], input[i + 2u], input[i + 3u]);
}

// Without what lies after the last k, which may be another model's, and not finite.
fn wholeA(model: u32, step: Step, item: u32, row: u32, k: u32) -> vec4f {
  let found = vectorA(model, step, item, row, k);
  return select(vec4f(), found, vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(4u));
}

fn vectorB(model: u32, segment: u32, k: u32, column: u32) -> vec4f {
  if (k >= 4u) { return vec4f(); }
  return weights[(model * 2788u + 0u
    + (segment * 4u + k) * 4u + column) / 4u];
}

fn storeWindow(model: u32, step: Step, item: u32, window: u32, column: u32, sums: array<f32, 2>) {
  if (column >= 3u) { return; }
  var best = sums[0];
  var at = 0u;
  if (sums[1] > best || (bitcast<u32>(sums[1]) & 0x7fffffffu) > 0x7f800000u) { best = sums[1]; at = 1u; }
  best += weights[(model * 2788u + 16u + column) / 4u][column % 4u];
  let place = window * 3u + column;
  value[(model * 3u + item) * 12u + 0u + place] = select(0.05000000074505806f * best, best, best > 0.0f);
  offsets[(model * 3u + item) * 12u + place] = window * 2u + at;
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
  let tileRow = itemThread * 8u + rowThread * 2u;
  var sum0_0 = vec4f();
  var sum1_0 = vec4f();
  for (var chunk = 0u; chunk < 1u; chunk++) {
    let firstK = chunk * 4u;
    for (var segment = 0u; segment < 1u; segment++) {
      workgroupBarrier();
      if (segment == 0u) {
        for (var i = lane; i < 24u; i += 12u) {
          let k = i % 1u;
          let row = i / 1u;
          blockA[row * 1u + k] = wholeA(model, step, firstItem + row / 8u,
            firstWindow * 2u + row % 8u, firstK + 4u * k);
        }
      }
      for (var i = lane; i < 4u; i += 12u) {
        let k = i / 1u;
        let column = 4u * (i % 1u);
        blockB[i] = vectorB(model, segment, firstK + k, firstColumn + column);
      }
      workgroupBarrier();
      let rowA = (tileRow + segment * 1u) * 1u;
      for (var k = 0u; k < 1u; k++) {
        let b0_0 = blockB[(4u * k + 0u) * 1u + columnThread + 0u];
        let b0_1 = blockB[(4u * k + 1u) * 1u + columnThread + 0u];
        let b0_2 = blockB[(4u * k + 2u) * 1u + columnThread + 0u];
        let b0_3 = blockB[(4u * k + 3u) * 1u + columnThread + 0u];
        var a = vec4f();
        a = blockA[rowA + k + 0u];
        sum0_0 += a.x * b0_0 + a.y * b0_1 + a.z * b0_2 + a.w * b0_3;
        a = blockA[rowA + k + 1u];
        sum1_0 += a.x * b0_0 + a.y * b0_1 + a.z * b0_2 + a.w * b0_3;
      }
    }
  }
  let item = firstItem + itemThread;
  if (item >= step.samples) { return; }
  let window0 = firstWindow + rowThread * 1u + 0u;
  if (window0 < 4u) {
    storeWindow(model, step, item, window0, firstColumn + 4u * columnThread + 0u, array<f32, 2>(
      sum0_0[0],
      sum1_0[0],
    ));
    storeWindow(model, step, item, window0, firstColumn + 4u * columnThread + 1u, array<f32, 2>(
      sum0_0[1],
      sum1_0[1],
    ));
    storeWindow(model, step, item, window0, firstColumn + 4u * columnThread + 2u, array<f32, 2>(
      sum0_0[2],
      sum1_0[2],
    ));
    storeWindow(model, step, item, window0, firstColumn + 4u * columnThread + 3u, array<f32, 2>(
      sum0_0[3],
      sum1_0[3],
    ));
  }
}
