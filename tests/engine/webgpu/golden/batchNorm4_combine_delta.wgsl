// buffers: batchNorm4.sums, batchNorm4.forward, batchNorm4.backward, gradients
// workgroups: 1 × 1 × 2
// batchNorm4 combine delta
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
@group(0) @binding(1) var<storage, read> forwardFactors: array<f32>;
@group(0) @binding(2) var<storage, read_write> factors: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradients: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let channel = group.x * 64u + lane;
  if (channel >= 2u) { return; }
  let gamma = model * 2788u + 56u + channel;
  var sumDelta = 0.0f;
  var sumProduct = 0.0f;
  for (var block = 0u; block * 8u < step.samples; block++) {
    let place = (model * 1u + block) * 4u + channel;
    sumDelta += sums[place];
    sumProduct += sums[place + 2u];
  }
  let place = model * 8u + channel;
  let mean = forwardFactors[place];
  let inverse = forwardFactors[place + 2u];
  let a = forwardFactors[place + 4u];
  let gradient = model * 2784u + 56u + channel;
  gradients[gradient] = sumProduct * inverse;
  gradients[gradient + 2u] = sumDelta;
  let count = f32(step.samples * 2u);
  let b = -a * inverse * inverse * sumProduct / count;
  let to = model * 6u + channel;
  factors[to] = a;
  factors[to + 2u] = b;
  factors[to + 4u] = -a * sumDelta / count - b * mean;
}
