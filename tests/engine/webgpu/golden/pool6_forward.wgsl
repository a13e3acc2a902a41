// buffers: activation5.value, pool6.value, pool6.offset
// workgroups: 1 × 3 × 2
// pool6 forward
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
@group(0) @binding(2) var<storage, read_write> offsets: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.y;
  let unit = group.x * 64u + lane;
  if (sample >= step.samples || unit >= 2u) { return; }
  let first = unit / 2u * 2u;
  let inputs = (model * 3u + sample) * 4u + 0u + unit % 2u;
  var best = input[inputs + first * 2u];
  var at = first;
  for (var position = first + 1u; position < first + 2u; position++) {
    let x = input[inputs + position * 2u];
    if (x > best || (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u) { best = x; at = position; }
  }
  value[(model * 3u + sample) * 2u + 0u + unit] = best;
  offsets[(model * 3u + sample) * 2u + unit] = at;
}
