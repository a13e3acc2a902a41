// buffers: lstm4.transposed, lstm4.gates, lstm4.memory, lstm4.states.value, lstm4.delta, places
// workgroups: 1 × 1 × 2
// lstm4 steps backward
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
fn loadGate(i: u32) -> vec4f { return vec4f(gates[i + 0u], gates[i + 32u], gates[i + 64u], gates[i + 96u]); }
fn storeGate(i: u32, values: vec4f, items: u32) {
  if (items > 0u) { gates[i + 0u] = values[0]; }
  if (items > 1u) { gates[i + 32u] = values[1]; }
  if (items > 2u) { gates[i + 64u] = values[2]; }
  if (items > 3u) { gates[i + 96u] = values[3]; }
}
fn loadState(i: u32) -> vec4f { return vec4f(states[i + 0u], states[i + 8u], states[i + 16u], states[i + 24u]); }
fn loadMemory(i: u32) -> vec4f { return vec4f(memory[i + 0u], memory[i + 8u], memory[i + 16u], memory[i + 24u]); }
fn loadDelta(i: u32) -> vec4f { return vec4f(delta[i + 0u], delta[i + 2u], delta[i + 4u], delta[i + 6u]); }
var<workgroup> sums: array<vec4f, 8>;
@compute @workgroup_size(2)
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
  let gateStart = (model * 3u + firstItem) * 32u + direction * 8u + unit;
  let memoryStart = (model * 3u + firstItem) * 8u + direction * 2u + unit;
  let stateStart = (model * 3u + firstItem) * 8u + 0u + direction * 2u + unit;
  let deltaStart = (model * 3u + firstItem) * 2u + direction * 2u + unit;
  let recurrent = (model * 1u + direction) * 16u + unit;
  // The derivative by the state, as the positions read later pass it back.
  var carried = vec4f();
  var carriedCell = vec4f();
  for (var left = 4u; left > 0u; left--) {
    let read = left - 1u;
    let position = select(read, 4u - left, direction == 1u);
    let before = select(position - 1u, position + 1u, direction == 1u);
    let gate = gateStart + position * 8u;
    let remembered = memoryStart + position * 2u;
    var d = carried;
    if (left == 4u) { d += loadDelta(deltaStart + 0u); }
    var h = vec4f();
    if (read > 0u) { h = loadState(stateStart + before * 2u); }
    let i = loadGate(gate);
    let f = loadGate(gate + 2u);
    let g = loadGate(gate + 4u);
    let o = loadGate(gate + 6u);
    let activated = squash(loadMemory(remembered));
    var cellBefore = vec4f();
    if (read > 0u) { cellBefore = loadMemory(memoryStart + before * 2u); }
    let e = carriedCell + d * o * (1.0f - activated * activated);
    carriedCell = e * f;
    let byInput = e * g * i * (1.0f - i);
    let byForget = e * cellBefore * f * (1.0f - f);
    let byCandidate = e * i * (1.0f - g * g);
    let byOutput = d * activated * o * (1.0f - o);
    sums[0u + unit] = byInput;
    sums[2u + unit] = byForget;
    sums[4u + unit] = byCandidate;
    sums[6u + unit] = byOutput;
    workgroupBarrier();
    carried = vec4f();
    for (var j = 0u; j < 8u; j++) {
      carried += sums[j] * transposed[recurrent + j * 2u];
    }
    storeGate(gate + 0u, byInput, items);
    storeGate(gate + 2u, byForget, items);
    storeGate(gate + 4u, byCandidate, items);
    storeGate(gate + 6u, byOutput, items);
    workgroupBarrier();
  }
}
