// buffers: dense1.partial, weights, dense1.value, places
// workgroups: 1 × 3 × 2
// dense1 forward
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
@group(0) @binding(0) var<storage, read> partial: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read_write> value: array<f32>;
@group(0) @binding(3) var<storage, read> places: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.y;
  let unit = group.x * 64u + lane;
  if (sample >= places[model * 8u + 0u] || unit >= 3u) { return; }
  var sum = weights[model * 16408u + 16384u + unit];
  for (var part = 0u; part < 16u; part++) {
    sum += partial[((model * 16u + part) * 3u + sample) * 4u + unit];
  }
  value[(model * 3u + sample) * 3u + 0u + unit] = sum;
}
