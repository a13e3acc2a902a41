// buffers: dense12.value, gelu13.value, places
// workgroups: 1 × 15 × 2
// gelu13 forward
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
@group(0) @binding(1) var<storage, read_write> value: array<f32>;
@group(0) @binding(2) var<storage, read> places: array<u32>;
fn normalBelow(x: f32) -> f32 {
  let z = abs(x) * 0.70710678f;
  let t = 1.0f / (1.0f + 0.5f * z);
  let fit = -1.26551223f + t * (1.00002368f + t * (0.37409196f + t * (0.09678418f + t * (-0.18628806f
    + t * (0.27886807f + t * (-1.13520398f + t * (1.48851587f + t * (-0.82215223f + t * 0.17087277f))))))));
  let tail = 0.5f * t * exp(fit - z * z);
  return select(1.0f - tail, tail, x < 0.0f);
}
@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.y;
  let unit = group.x * 64u + lane;
  if (sample >= places[model * 54u + 3u] || unit >= 10u) { return; }
  let x = input[(model * 15u + sample) * 10u + 0u + unit];
  value[(model * 15u + sample) * 10u + 0u + unit] = x * normalBelow(x);
}
