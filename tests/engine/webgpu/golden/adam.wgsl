// buffers: gradients, weights, firstMoment, secondMoment, lossBlocks, losses
// workgroups: 44 × 1 × 2
// adam
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
@group(0) @binding(0) var<storage, read> gradients: array<f32>;
@group(0) @binding(1) var<storage, read_write> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> firstMoment: array<f32>;
@group(0) @binding(3) var<storage, read_write> secondMoment: array<f32>;
@group(0) @binding(4) var<storage, read> lossBlocks: array<f32>;
@group(0) @binding(5) var<storage, read_write> losses: array<f32>;
// The places of the i-th trained weight and of the blocks of its gradient.
struct GradientPlace { weight: u32, gradient: u32, stride: u32, blocks: u32 }
fn findPlace(i: u32) -> GradientPlace {
  if (i < 20u) {
    return GradientPlace(0u + i - 0u, 0u + i - 0u, 20u, 1u);
  }
  if (i < 56u) {
    return GradientPlace(20u + i - 20u, 20u + i - 20u, 36u, 1u);
  }
  if (i < 60u) {
    return GradientPlace(56u + i - 56u, 56u + i - 56u, 4u, 1u);
  }
  if (i < 1560u) {
    return GradientPlace(64u + i - 60u, 60u + i - 60u, 1500u, 1u);
  }
  if (i < 2764u) {
    return GradientPlace(1564u + i - 1560u, 1560u + i - 1560u, 1204u, 1u);
  }
  if (i < 2784u) {
    return GradientPlace(2768u + i - 2764u, 2764u + i - 2764u, 20u, 1u);
  }
  return GradientPlace();
}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let i = group.x * 64u + lane;
  if (i >= 2784u) { return; }
  let place = findPlace(i);
  let at = model * 2788u + place.weight;
  var gradient = 0.0f;
  for (var block = 0u; block < place.blocks; block++) {
    gradient += gradients[model * 2784u + place.gradient + block * place.stride];
  }
  let m = 0.8999999761581421f * firstMoment[at] + 0.10000000149011612f * gradient;
  let v = 0.9990000128746033f * secondMoment[at] + 0.0010000000474974513f * gradient * gradient;
  firstMoment[at] = m;
  secondMoment[at] = v;
  weights[at] -= step.rate * m / (sqrt(v * step.correction) + 1.0000000116860974e-7f);
  if (i == 0u) {
    var loss = 0.0f;
    for (var block = 0u; block < 1u; block++) {
      loss += lossBlocks[model * 1u + block];
    }
    losses[step.index * 2u + model] = loss;
  }
}
