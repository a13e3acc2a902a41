// buffers: weights, lstm4.gates, lstm4.memory, lstm4.states.value, lstm4.value, places
// workgroups: 1 × 1 × 2
// lstm4 forward
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
@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read_write> gates: array<f32>;
@group(0) @binding(2) var<storage, read_write> memory: array<f32>;
@group(0) @binding(3) var<storage, read_write> states: array<f32>;
@group(0) @binding(4) var<storage, read_write> value: array<f32>;
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
fn weightAt(model: u32, direction: u32, row: u32, column: u32) -> u32 {
  return model * 668u + 576u + direction * 72u + row * 8u + column;
}
fn storeState(i: u32, values: vec4f, items: u32) {
  if (items > 0u) { states[i + 0u] = values[0]; }
  if (items > 1u) { states[i + 8u] = values[1]; }
  if (items > 2u) { states[i + 16u] = values[2]; }
  if (items > 3u) { states[i + 24u] = values[3]; }
}
fn storeMemory(i: u32, values: vec4f, items: u32) {
  if (items > 0u) { memory[i + 0u] = values[0]; }
  if (items > 1u) { memory[i + 8u] = values[1]; }
  if (items > 2u) { memory[i + 16u] = values[2]; }
  if (items > 3u) { memory[i + 24u] = values[3]; }
}
fn storeOutput(i: u32, values: vec4f, items: u32) {
  if (items > 0u) { value[i + 0u] = values[0]; }
  if (items > 1u) { value[i + 2u] = values[1]; }
  if (items > 2u) { value[i + 4u] = values[2]; }
  if (items > 3u) { value[i + 6u] = values[3]; }
}
var<workgroup> state: array<vec4f, 4>;
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
  let recurrent = weightAt(model, direction, 6u, unit);
  state[unit] = vec4f();
  workgroupBarrier();
  var cell = vec4f();
  for (var read = 0u; read < 4u; read++) {
    let position = select(read, 3u - read, direction == 1u);
    let gate = gateStart + position * 8u;
    let remembered = memoryStart + position * 2u;
    var i = loadGate(gate + 0u);
    var f = loadGate(gate + 2u);
    var g = loadGate(gate + 4u);
    var o = loadGate(gate + 6u);
    let half = read % 2u * 2u;
    for (var k = 0u; k < 2u; k++) {
      let h = state[half + k];
      let weight = recurrent + k * 8u;
      i += h * weights[weight + 0u];
      f += h * weights[weight + 2u];
      g += h * weights[weight + 4u];
      o += h * weights[weight + 6u];
    }
    i = sigmoid(i);
    f = sigmoid(f);
    g = squash(g);
    o = sigmoid(o);
    cell = f * cell + i * g;
    let next = o * squash(cell);
    state[2u - half + unit] = next;
    workgroupBarrier();
    storeGate(gate + 0u, i, items);
    storeGate(gate + 2u, f, items);
    storeGate(gate + 4u, g, items);
    storeGate(gate + 6u, o, items);
    storeMemory(remembered, cell, items);
    storeState(stateStart + position * 2u, next, items);
    if (read == 3u) {
      storeOutput((model * 3u + firstItem) * 2u + 0u + direction * 2u + unit, next, items);
    }
  }
}
