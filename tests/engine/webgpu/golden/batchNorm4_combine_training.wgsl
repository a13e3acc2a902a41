// buffers: batchNorm4.sums, weights, batchNorm4.forward
// workgroups: 1 × 1 × 2
// batchNorm4 combine, training
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
@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> factors: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let channel = group.x * 64u + lane;
  if (channel >= 2u) { return; }
  let gamma = model * 2788u + 56u + channel;
  var mean = 0.0f;
  var deviations = 0.0f;
  var seen = 0.0f;
  for (var block = 0u; block * 8u < step.samples; block++) {
    let place = (model * 1u + block) * 4u + channel;
    let samples = min(8u, step.samples - block * 8u);
    let count = f32(samples * 2u);
    let apart = sums[place] - mean;
    let all = seen + count;
    mean += apart * count / all;
    deviations += sums[place + 2u] + apart * apart * seen * count / all;
    seen = all;
  }
  let variance = deviations / seen;
  let movingMean = gamma + 4u;
  let movingVariance = movingMean + 2u;
  weights[movingMean] = 0.8999999761581421f * weights[movingMean] + 0.10000000149011612f * mean;
  weights[movingVariance] = 0.8999999761581421f * weights[movingVariance]
    + 0.10000000149011612f * variance;
  let inverse = 1.0f / sqrt(variance + 0.0010000000474974513f);
  let a = weights[gamma] * inverse;
  let to = model * 8u + channel;
  factors[to] = mean;
  factors[to + 2u] = inverse;
  factors[to + 4u] = a;
  factors[to + 6u] = weights[gamma + 2u] - a * mean;
}
