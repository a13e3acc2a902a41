import type { CellCode, RecurrentShape } from "./recurrent.ts";

/**
 * A GRU forward; see `BidirectionalGruLayer`. The gates become z, r and the candidate c; the memory is r ∘ h.
 */
export function gruForwardWgsl({ weights: { units, columns } }: RecurrentShape): CellCode {
  return {
    declarations: `var<workgroup> state: array<vec4f, ${units}>;
var<workgroup> gated: array<vec4f, ${units}>;`,
    start: `  state[unit] = vec4f();
  workgroupBarrier();`,
    step: `    var z = loadGate(gate);
    var r = loadGate(gate + ${units}u);
    for (var k = 0u; k < ${units}u; k++) {
      let weight = recurrent + k * ${columns}u;
      z += state[k] * weights[weight];
      r += state[k] * weights[weight + ${units}u];
    }
    z = sigmoid(z);
    r = sigmoid(r);
    let h = state[unit];
    gated[unit] = r * h;
    workgroupBarrier();
    var c = loadGate(gate + ${2 * units}u);
    for (var k = 0u; k < ${units}u; k++) {
      c += gated[k] * weights[recurrent + k * ${columns}u + ${2 * units}u];
    }
    c = squash(c);
    let next = z * h + (1.0f - z) * c;
    // All have read the states before the barrier above.
    state[unit] = next;
    workgroupBarrier();
    storeGate(gate, z, items);
    storeGate(gate + ${units}u, r, items);
    storeGate(gate + ${2 * units}u, c, items);
    storeMemory(remembered, r * h, items);`,
  };
}

/**
 * A GRU backwards, with d the derivative by its state z ∘ h + (1 − z) ∘ c:
 *
 * - by the sum of c: d ∘ (1 − z) ∘ (1 − c²), which gives q, by r ∘ h, through the recurrent kernel,
 * - by that of z: d ∘ (h − c) ∘ z ∘ (1 − z); of r: q ∘ h ∘ r ∘ (1 − r),
 * - by h: d ∘ z + q ∘ r, and what comes through the recurrent kernels of z and r.
 */
export function gruBackwardWgsl({ weights: { units } }: RecurrentShape): CellCode {
  return {
    declarations: `var<workgroup> sums: array<vec4f, ${3 * units}>;`,
    start: "",
    step: `    let z = loadGate(gate);
    let r = loadGate(gate + ${units}u);
    let c = loadGate(gate + ${2 * units}u);
    let byUpdate = d * (h - c) * z * (1.0f - z);
    let byCandidate = d * (1.0f - z) * (1.0f - c * c);
    sums[unit] = byUpdate;
    sums[${2 * units}u + unit] = byCandidate;
    workgroupBarrier();
    var q = vec4f();
    for (var j = ${2 * units}u; j < ${3 * units}u; j++) {
      q += sums[j] * transposed[recurrent + j * ${units}u];
    }
    let byReset = q * h * r * (1.0f - r);
    sums[${units}u + unit] = byReset;
    workgroupBarrier();
    carried = d * z + q * r;
    for (var j = 0u; j < ${2 * units}u; j++) {
      carried += sums[j] * transposed[recurrent + j * ${units}u];
    }
    storeGate(gate, byUpdate, items);
    storeGate(gate + ${units}u, byReset, items);
    storeGate(gate + ${2 * units}u, byCandidate, items);
    workgroupBarrier();`,
  };
}
