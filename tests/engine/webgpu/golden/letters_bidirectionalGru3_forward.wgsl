// buffers: weights, bidirectionalGru3.gates, bidirectionalGru3.memory, bidirectionalGru3.value, places
// workgroups: 1 × 2 × 2
// bidirectionalGru3 forward
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
@group(0) @binding(4) var<storage, read> places: array<u32>;
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
fn weightAt(model: u32, direction: u32, row: u32, column: u32) -> u32 {
  return model * 668u + 360u + direction * 108u + row * 12u + column;
}
fn storeState(i: u32, values: vec4f, items: u32) {
  if (items > 0u) { states[i + 0u] = values[0]; }
  if (items > 1u) { states[i + 24u] = values[1]; }
  if (items > 2u) { states[i + 48u] = values[2]; }
  if (items > 3u) { states[i + 72u] = values[3]; }
}
fn storeMemory(i: u32, values: vec4f, items: u32) {
  if (items > 0u) { memory[i + 0u] = values[0]; }
  if (items > 1u) { memory[i + 24u] = values[1]; }
  if (items > 2u) { memory[i + 48u] = values[2]; }
  if (items > 3u) { memory[i + 72u] = values[3]; }
}

var<workgroup> state: array<vec4f, 3>;
var<workgroup> gated: array<vec4f, 3>;
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
  let recurrent = weightAt(model, direction, 5u, unit);
  state[unit] = vec4f();
  workgroupBarrier();
  for (var read = 0u; read < 4u; read++) {
    let position = select(read, 3u - read, direction == 1u);
    let gate = gateStart + position * 24u;
    let remembered = memoryStart + position * 6u;
    var z = loadGate(gate);
    var r = loadGate(gate + 3u);
    for (var k = 0u; k < 3u; k++) {
      let weight = recurrent + k * 12u;
      z += state[k] * weights[weight];
      r += state[k] * weights[weight + 3u];
    }
    z = sigmoid(z);
    r = sigmoid(r);
    let h = state[unit];
    gated[unit] = r * h;
    workgroupBarrier();
    var c = loadGate(gate + 6u);
    for (var k = 0u; k < 3u; k++) {
      c += gated[k] * weights[recurrent + k * 12u + 6u];
    }
    c = squash(c);
    let next = z * h + (1.0f - z) * c;
    // All have read the states before the barrier above.
    state[unit] = next;
    workgroupBarrier();
    storeGate(gate, z, items);
    storeGate(gate + 3u, r, items);
    storeGate(gate + 6u, c, items);
    storeMemory(remembered, r * h, items);
    storeState(stateStart + position * 6u, next, items);
  }
}
