// buffers: bidirectionalGru3.transposed, bidirectionalGru3.gates, bidirectionalGru3.memory, bidirectionalGru3.value, bidirectionalGru3.delta, places
// workgroups: 1 × 2 × 2
// bidirectionalGru3 steps backward
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
@group(0) @binding(0) var<storage, read> transposed: array<f32>;
@group(0) @binding(1) var<storage, read_write> gates: array<f32>;
@group(0) @binding(2) var<storage, read> memory: array<f32>;
@group(0) @binding(3) var<storage, read> states: array<f32>;
@group(0) @binding(4) var<storage, read> delta: array<f32>;
@group(0) @binding(5) var<storage, read> places: array<u32>;
fn sigmoid(x: vec4f) -> vec4f {
  let power = exp(-abs(x));
  return select(power, vec4f(1.0f), x >= vec4f()) / (1.0f + power);
}

fn squash(x: vec4f) -> vec4f {
  let power = exp(-2.0f * abs(x));
  let far = (1.0f - power) / (1.0f + power);
  let y = x * x;
  let near = x * (1.0f + y * (-1.0f / 3.0f + y * (2.0f / 15.0f - y * (17.0f / 315.0f))));
  return select(select(far, -far, x < vec4f()), near, abs(x) < vec4f(0.2f));
}
fn loadGate(i: u32) -> vec4f { return vec4f(gates[i + 0u], gates[i + 96u], gates[i + 192u], gates[i + 288u]); }
fn storeGate(i: u32, values: vec4f, items: u32) {
  if (items > 0u) { gates[i + 0u] = values[0]; }
  if (items > 1u) { gates[i + 96u] = values[1]; }
  if (items > 2u) { gates[i + 192u] = values[2]; }
  if (items > 3u) { gates[i + 288u] = values[3]; }
}
fn loadState(i: u32) -> vec4f { return vec4f(states[i + 0u], states[i + 24u], states[i + 48u], states[i + 72u]); }
fn loadMemory(i: u32) -> vec4f { return vec4f(memory[i + 0u], memory[i + 24u], memory[i + 48u], memory[i + 72u]); }
fn loadDelta(i: u32) -> vec4f { return vec4f(delta[i + 0u], delta[i + 24u], delta[i + 48u], delta[i + 72u]); }
var<workgroup> sums: array<vec4f, 9>;
@compute @workgroup_size(3)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let model = group.z;
  let step = steps[model];
  if (step.samples == 0u) { return; }
  let firstItem = group.x * 4u;
  let direction = group.y;
  let count = places[model * 8u + 0u];
  if (firstItem >= count) { return; }
  let items = min(4u, count - firstItem);
  let unit = lane;
  let gateStart = (model * 3u + firstItem) * 96u + direction * 12u + unit;
  let memoryStart = (model * 3u + firstItem) * 24u + direction * 3u + unit;
  let stateStart = (model * 3u + firstItem) * 24u + 0u + direction * 3u + unit;
  let deltaStart = (model * 3u + firstItem) * 24u + direction * 3u + unit;
  let recurrent = (model * 2u + direction) * 27u + unit;
  // The derivative by the state, as the positions read later pass it back.
  var carried = vec4f();

  for (var left = 4u; left > 0u; left--) {
    let read = left - 1u;
    let position = select(read, 4u - left, direction == 1u);
    let before = select(position - 1u, position + 1u, direction == 1u);
    let gate = gateStart + position * 24u;
    let remembered = memoryStart + position * 6u;
    var d = carried;
    if (true) { d += loadDelta(deltaStart + position * 6u); }
    var h = vec4f();
    if (read > 0u) { h = loadState(stateStart + before * 6u); }
    let z = loadGate(gate);
    let r = loadGate(gate + 3u);
    let c = loadGate(gate + 6u);
    let byUpdate = d * (h - c) * z * (1.0f - z);
    let byCandidate = d * (1.0f - z) * (1.0f - c * c);
    sums[unit] = byUpdate;
    sums[6u + unit] = byCandidate;
    workgroupBarrier();
    var q = vec4f();
    for (var j = 6u; j < 9u; j++) {
      q += sums[j] * transposed[recurrent + j * 3u];
    }
    let byReset = q * h * r * (1.0f - r);
    sums[3u + unit] = byReset;
    workgroupBarrier();
    carried = d * z + q * r;
    for (var j = 0u; j < 6u; j++) {
      carried += sums[j] * transposed[recurrent + j * 3u];
    }
    storeGate(gate, byUpdate, items);
    storeGate(gate + 3u, byReset, items);
    storeGate(gate + 6u, byCandidate, items);
    workgroupBarrier();
  }
}
