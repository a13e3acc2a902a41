import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler/assembler.ts";
import { pushSigmoid, pushTanh } from "../assembler/exponential.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import type { PushConstant } from "../transforms/combiner.ts";
import { VECTOR } from "./layout.ts";
import type { GruNode, GruProducts } from "./types.ts";

/**
 * What is computed value by value of a bidirectional GRU, for one direction and some quads; see
 * `BidirectionalGruLayer` for z, r, c and the weights. `sums` is the row x·W + b of the position that is read,
 * `products` the rows that the recurrent kernel gives, and `state` (h) what was read before.
 *
 * `first`: z and c, and h = (1 − z) ∘ c, where nothing was read before.
 */
export const GRU_KERNELS = { first: ["state", "sums", "quads"] } as const;

/**
 * The same where another position was read before:
 * - `gates`: z, which replaces its sum, and r, of which only r ∘ h is kept, in `gated`.
 * - `next`: c, and h = z ∘ h + (1 − z) ∘ c.
 */
export const GRU_RECURRENT_KERNELS = {
  gates: ["gated", "state", "sums", "products", "quads"],
  next: ["state", "sums", "products", "quads"],
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
  const gate = units * VECTOR;
  add("first", (code, { state, sums, quads }) => {
    const [z, c] = code.locals("v128", 2);
    const pointers = [[state, stateBytes], [sums, sumBytes]] as const;
    forUnits(code, { quads, units, pointers }, () => {
      code.get(sums).load();
      pushSigmoid(code, push);
      code.set(z).get(sums).load(2 * gate);
      pushTanh(code, push);
      code.set(c);
      code.get(state).get(c).get(z).get(c).op("f32x4.mul").op("f32x4.sub").store();
    });
  });
  if (recurrent !== undefined) addRecurrentKernels(module, node, { recurrent, sumBytes, push });
}

function addRecurrentKernels(
  module: ModuleAssembler,
  { name, units, output }: GruNode,
  { recurrent: { gates, candidate }, sumBytes, push }: {
    readonly recurrent: GruProducts;
    readonly sumBytes: number;
    readonly push: PushConstant;
  },
): void {
  const add = kernelAdder(module, { table: GRU_RECURRENT_KERNELS, node: name });
  const stateBytes = output.quadBytes;
  const gate = units * VECTOR;
  add("gates", (code, { gated, state, sums, products, quads }) => {
    const pointers = [
      [gated, candidate.input.quadBytes],
      [state, stateBytes],
      [sums, sumBytes],
      [products, gates.output.quadBytes],
    ] as const;
    forUnits(code, { quads, units, pointers }, () => {
      code.get(sums).get(sums).load().get(products).load().op("f32x4.add");
      pushSigmoid(code, push);
      code.store();
      code.get(gated).get(sums).load(gate).get(products).load(gate).op("f32x4.add");
      pushSigmoid(code, push);
      code.get(state).load().op("f32x4.mul").store();
    });
  });
  add("next", (code, { state, sums, products, quads }) => {
    const [c, scratch] = code.locals("v128", 2);
    const pointers = [
      [state, stateBytes],
      [sums, sumBytes],
      [products, candidate.output.quadBytes],
    ] as const;
    forUnits(code, { quads, units, pointers }, () => {
      code.get(sums).load(2 * gate).get(products).load().op("f32x4.add");
      pushTanh(code, push);
      code.set(c);
      // z ∘ (h − c) + c
      code.get(state).get(sums).load().get(state).load().get(c).op("f32x4.sub").get(c);
      code.multiplyAdd(scratch).store();
    });
  });
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
