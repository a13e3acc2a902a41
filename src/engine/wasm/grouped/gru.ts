import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { type Quotient, setTangent } from "../assembler/tangent.ts";
import type { PushConstant } from "../transforms/combiner.ts";
import { VECTOR } from "./layout.ts";
import type { GruNode, GruProducts } from "./types.ts";

/**
 * What is computed value by value of a bidirectional GRU, for one direction and some quads; see
 * `BidirectionalGruLayer` for z, r, c and the weights. `sums` is the row x·W + b of the position that is read, for z and c,
 * `resets` the same for r, `gates` and `candidates` are the rows that the recurrent kernel gives, for z and r and for c, and
 * `state` (h) is what was read before.
 *
 * With p / q = tanh(½s) the sigmoid of a sum s is (q + p) / 2q, and with p′ / q′ = c each formula takes one division.
 *
 * `first`: h = (1 − z) ∘ c = (q − p) p′ / 2qq′, where nothing was read before.
 */
export const GRU_KERNELS = { first: ["state", "sums", "quads"] } as const;

/**
 * The same where another position was read before:
 * - `gate`: `gated` = r ∘ h = (q + p) h / 2q.
 * - `next`: h = z ∘ h + (1 − z) ∘ c = ((q + p) q′h + (q − p) p′) / 2qq′.
 */
export const GRU_RECURRENT_KERNELS = {
  gate: ["gated", "state", "resets", "gates", "quads"],
  next: ["state", "sums", "gates", "candidates", "quads"],
} as const;

/** Adds the kernels of a bidirectional GRU but for its products. */
export function addGruKernels(
  module: ModuleAssembler,
  node: GruNode,
  push: PushConstant,
): void {
  const { name, units, directions: [direction] } = node;
  const { project, recurrent } = direction;
  const add = kernelAdder(module, { table: GRU_KERNELS, node: name });
  const sumBytes = project.output.quadBytes;
  const stateBytes = node.output.quadBytes;
  add("first", (code, { state, sums, quads }) => {
    const pointers = [[state, stateBytes], [sums, sumBytes]] as const;
    forUnits(code, { quads, units, pointers }, () => {
      code.get(sums).load();
      const update = setTangent(code, push, "half");
      code.get(sums).load(units * VECTOR);
      const candidate = setTangent(code, push, "whole");
      code.get(state);
      pushSide(code, update, "f32x4.sub");
      code.get(candidate.numerator).op("f32x4.mul");
      pushTwice(code, update.denominator);
      code.get(candidate.denominator).op("f32x4.mul").op("f32x4.div").store();
    });
  });
  if (recurrent !== undefined) addRecurrentKernels(module, node, { recurrent, sumBytes, push });
}

function addRecurrentKernels(
  module: ModuleAssembler,
  { name, units, output }: GruNode,
  { recurrent, sumBytes, push }: {
    readonly recurrent: GruProducts;
    readonly sumBytes: number;
    readonly push: PushConstant;
  },
): void {
  const add = kernelAdder(module, { table: GRU_RECURRENT_KERNELS, node: name });
  const stateBytes = output.quadBytes;
  const gateBytes = recurrent.gates.output.quadBytes;
  add("gate", (code, { gated, state, resets, gates, quads }) => {
    const pointers = [
      [gated, recurrent.candidate.input.quadBytes],
      [state, stateBytes],
      [resets, recurrent.resets.output.quadBytes],
      [gates, gateBytes],
    ] as const;
    forUnits(code, { quads, units, pointers }, () => {
      code.get(resets).load().get(gates).load(units * VECTOR).op("f32x4.add");
      const reset = setTangent(code, push, "half");
      code.get(gated);
      pushSide(code, reset, "f32x4.add");
      code.get(state).load().op("f32x4.mul");
      pushTwice(code, reset.denominator);
      code.op("f32x4.div").store();
    });
  });
  add("next", (code, { state, sums, gates, candidates, quads }) => {
    const scratch = code.local("v128");
    const pointers = [
      [state, stateBytes],
      [sums, sumBytes],
      [gates, gateBytes],
      [candidates, recurrent.candidate.output.quadBytes],
    ] as const;
    forUnits(code, { quads, units, pointers }, () => {
      code.get(sums).load().get(gates).load().op("f32x4.add");
      const update = setTangent(code, push, "half");
      code.get(sums).load(units * VECTOR).get(candidates).load().op("f32x4.add");
      const { numerator, denominator } = setTangent(code, push, "whole");
      code.get(state);
      pushSide(code, update, "f32x4.add");
      code.get(denominator).get(state).load().op("f32x4.mul");
      pushSide(code, update, "f32x4.sub");
      code.get(numerator).op("f32x4.mul").multiplyAdd(scratch);
      pushTwice(code, update.denominator);
      code.get(denominator).op("f32x4.mul").op("f32x4.div").store();
    });
  });
}

/** Pushes q + p or q − p of p / q. */
function pushSide(
  code: FunctionAssembler,
  { numerator, denominator }: Quotient,
  operation: "f32x4.add" | "f32x4.sub",
): void {
  code.get(denominator).get(numerator).op(operation);
}

function pushTwice(code: FunctionAssembler, value: Local): void {
  code.get(value).get(value).op("f32x4.add");
}

/** Assembles a loop over the units of some quads; pointers move by a vector, and from quad to quad by their bytes. */
function forUnits(
  code: FunctionAssembler,
  { quads, units, pointers }: {
    readonly quads: Local;
    readonly units: number;
    readonly pointers: readonly (readonly [pointer: Local, quadBytes: number])[];
  },
  body: () => void,
): void {
  code.repeatLocal(quads, () => {
    code.repeat(units, () => {
      body();
      for (const [pointer] of pointers) code.advance(pointer, VECTOR);
    });
    for (const [pointer, quadBytes] of pointers) code.advance(pointer, quadBytes - units * VECTOR);
  });
}
