import type { CellCode, RecurrentShape } from "./recurrent.ts";

/**
 * An LSTM forward; see `LstmLayer`. The gates become i, f, the candidate g and o; the memory is the cell. The states
 * are in two halves of shared memory, one read while the other is written.
 */
export function lstmForwardWgsl({ weights: { units, columns } }: RecurrentShape): CellCode {
  const gates = ["i", "f", "g", "o"];
  return {
    declarations: `var<workgroup> state: array<vec4f, ${2 * units}>;`,
    start: `  state[unit] = vec4f();
  workgroupBarrier();
  var cell = vec4f();`,
    step: `${gates.map((name, n) => `    var ${name} = loadGate(gate + ${n * units}u);`).join("\n")}
    let half = read % 2u * ${units}u;
    for (var k = 0u; k < ${units}u; k++) {
      let h = state[half + k];
      let weight = recurrent + k * ${columns}u;
${gates.map((name, n) => `      ${name} += h * weights[weight + ${n * units}u];`).join("\n")}
    }
    i = sigmoid(i);
    f = sigmoid(f);
    g = squash(g);
    o = sigmoid(o);
    cell = f * cell + i * g;
    let next = o * squash(cell);
    state[${units}u - half + unit] = next;
    workgroupBarrier();
${gates.map((name, n) => `    storeGate(gate + ${n * units}u, ${name}, items);`).join("\n")}
    storeMemory(remembered, cell, items);`,
  };
}

/**
 * An LSTM backwards, with d the derivative by its state o ∘ tanh(c), and e that by its cell c = f ∘ c′ + i ∘ g, to
 * which the state adds d ∘ o ∘ (1 − tanh²(c)):
 *
 * - by the sum of i: e ∘ g ∘ i ∘ (1 − i); of f: e ∘ c′ ∘ f ∘ (1 − f); of g: e ∘ i ∘ (1 − g²); of o: d ∘ tanh(c) ∘ o ∘
 *   (1 − o),
 * - by c′: e ∘ f; by the state before: what comes through the recurrent kernels.
 */
export function lstmBackwardWgsl(shape: RecurrentShape): CellCode {
  const { weights: { units, directions } } = shape;
  const gates = ["byInput", "byForget", "byCandidate", "byOutput"];
  return {
    declarations: `var<workgroup> sums: array<vec4f, ${4 * units}>;`,
    start: "  var carriedCell = vec4f();",
    step: `    let i = loadGate(gate);
    let f = loadGate(gate + ${units}u);
    let g = loadGate(gate + ${2 * units}u);
    let o = loadGate(gate + ${3 * units}u);
    let activated = squash(loadMemory(remembered));
    var cellBefore = vec4f();
    if (read > 0u) { cellBefore = loadMemory(memoryStart + before * ${directions * units}u); }
    let e = carriedCell + d * o * (1.0f - activated * activated);
    carriedCell = e * f;
    let byInput = e * g * i * (1.0f - i);
    let byForget = e * cellBefore * f * (1.0f - f);
    let byCandidate = e * i * (1.0f - g * g);
    let byOutput = d * activated * o * (1.0f - o);
${gates.map((name, n) => `    sums[${n * units}u + unit] = ${name};`).join("\n")}
    workgroupBarrier();
    carried = vec4f();
    for (var j = 0u; j < ${4 * units}u; j++) {
      carried += sums[j] * transposed[recurrent + j * ${units}u];
    }
${gates.map((name, n) => `    storeGate(gate + ${n * units}u, ${name}, items);`).join("\n")}
    workgroupBarrier();`,
  };
}
