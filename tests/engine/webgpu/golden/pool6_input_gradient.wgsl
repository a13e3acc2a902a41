// buffers: pool6.delta, pool6.offset, activation5.value, activation5.delta
// workgroups: 1 × 3 × 2
// pool6 input gradient
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
@group(0) @binding(1) var<storage, read> offsets: array<u32>;
@group(0) @binding(2) var<storage, read> value: array<f32>;
@group(0) @binding(3) var<storage, read_write> inputDelta: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let sample = group.y;
  let unit = group.x * 64u + lane;
  if (sample >= step.samples || unit >= 4u) { return; }
  let position = unit / 2u;
  let window = position / 2u;
  let place = (model * 3u + sample) * 2u + window * 2u + unit % 2u;
  var found = 0.0f;
  if (window < 1u && offsets[place] == position) { found = delta[place]; }
  let factor = select(0.0f, 1.0f, value[(model * 3u + sample) * 4u + 0u + unit] > 0.0f);
  inputDelta[(model * 3u + sample) * 4u + unit] = found * factor;
}
