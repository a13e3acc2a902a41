// buffers: conv3.value, batchNorm4.sums
// workgroups: 1 × 1 × 2
// batchNorm4 measure
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
@group(0) @binding(0) var<storage, read> value: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;
var<workgroup> partial: array<f32, 256>;

// The sum over the threads of a channel, in their order; all of them get it.
fn total(value: f32, lane: u32) -> f32 {
  workgroupBarrier();
  partial[lane] = value;
  workgroupBarrier();
  var sum = 0.0f;
  for (var i = lane % 64u; i < 256u; i += 64u) { sum += partial[i]; }
  return sum;
}
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let channel = group.x * 64u + lane % 64u;
  let first = group.y * 8u;
  let count = min(8u, max(step.samples, first) - first) * 2u;
  let rows = select(0u, count, channel < 2u);
  let values = (model * 3u + first) * 4u + 0u + channel;
  var sum = 0.0f;
  for (var row = lane / 64u; row < rows; row += 4u) {
    let at = values + row * 2u;
    sum += value[at];
  }
  let mean = total(sum, lane) / f32(max(count, 1u));
  var squares = 0.0f;
  for (var row = lane / 64u; row < rows; row += 4u) {
    let at = values + row * 2u;
    squares += (value[at] - mean) * (value[at] - mean);
  }
  let deviations = total(squares, lane);
  if (lane < 64u && channel < 2u) {
    let to = (model * 1u + group.y) * 4u + channel;
    sums[to] = mean;
    sums[to + 2u] = deviations;
  }
}
