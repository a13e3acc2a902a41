// buffers: dense13.value, labels, dense13.delta, lossBlocks
// workgroups: 1 × 1 × 2
// loss
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
@group(0) @binding(1) var<storage, read> labels: array<vec2f>;
@group(0) @binding(2) var<storage, read_write> delta: array<f32>;
@group(0) @binding(3) var<storage, read_write> lossBlocks: array<f32>;
fn lossOf(value: f32, label: f32) -> f32 {
  let x = exp(-abs(value));
  return max(value, 0.0f) - value * label + select(log(1.0f + x), x * (1.0f - x * (0.5f - x / 3.0f)), abs(x) < 0.01f);
}
fn lossSlope(value: f32, label: f32) -> f32 { return 1.0f / (1.0f + exp(-value)) - label; }
var<workgroup> sampleLoss: array<f32, 64>;
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.x * 64u + lane;
  var found = 0.0f;
  if (sample < step.samples) {
    let firstLabel = model * 6u + step.gatheredAt;
    let predicted = value[(model * 3u + sample) * 1u + 0u];
    let learned = labels[firstLabel + sample];
    var slope = 0.0f;
    var distances = 0u;
    for (var distance = 1u; distance < step.samples; distance *= 2u) {
      for (var side = 0u; side < 2u; side++) {
        let away = select(distance, step.samples - distance, side == 1u);
        let other = (sample + away) % step.samples;
        let theirs = labels[firstLabel + other];
        let label = 0.5f + 0.5f * sign(learned.x - theirs.x);
        let difference = predicted - value[(model * 3u + other) * 1u + 0u];
        let factor = sqrt(learned.y * theirs.y);
        // The loss of a pair belongs to the first of it, its derivative to both.
        if (side == 0u) { found += factor * lossOf(difference, label); }
        slope += factor * lossSlope(difference, label);
      }
      distances++;
    }
    found /= f32(max(distances, 1u));
    slope /= f32(max(distances, 1u));
    delta[(model * 3u + sample) * 1u] = slope / f32(step.samples);
  }
  sampleLoss[lane] = found;
  workgroupBarrier();
  if (lane > 0u) { return; }
  var sum = 0.0f;
  for (var i = 0u; i < 64u; i++) { sum += sampleLoss[i]; }
  lossBlocks[model * 1u + group.x] = sum;
}
