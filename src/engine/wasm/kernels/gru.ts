import type { ModuleAssembler } from "../assembler.ts";
import { assembleProduct } from "../gemm.ts";
import { addGateDeltas, addGates } from "./gru_gates.ts";
import { gruRecord, type GruShape, rowBytes } from "./gru_layout.ts";
import { addSampleProduct } from "./sample_product.ts";

/**
 * The kernels of a bidirectional GRU; see `BidirectionalGruLayer` for z, r, c and the weights. They take consecutive
 * samples, the rows of all products, through one step of the recurrence after the other. Addresses are the first
 * sample's: `gates`, `state` (h), `gated` (r ∘ h) and `gatedDelta` point into its record, `delta` (δ) at a direction's
 * half of the loss's derivatives by the output, which becomes that by the state before with each step back.
 *
 * Forward, sums first:
 * - `NAME.project(gates, input, kernel, bias, samples)`: x·W + b for all gates, positions and both directions.
 * - `NAME.recurGates(gates, state, recurrent, samples)`: adds h·[U₁ U₂] to the sums of z and r.
 * - `NAME.openGates(gates, state, gated, samples)`: z and r from their sums, and r ∘ h.
 * - `NAME.recurCandidate(gates, gated, recurrent, samples)`: adds (r ∘ h)·U₃ to the sum of c.
 * - `NAME.nextState(target, targetSlot, gates, state, samples)`: c from its sum, and z ∘ h + (1 − z) ∘ c.
 *
 * Backward, where derivatives by the sums, δz, δr and δc, take the gates' places:
 * - `NAME.closeGates(delta, gates, state, samples)`: δz = δ ∘ (h − c) ∘ z ∘ (1 − z), δc = δ ∘ (1 − z) ∘ (1 − c²), and
 *   δ becomes δ ∘ z.
 * - `NAME.gatedGradient(gatedDelta, gates, transposed, samples)`: q = δc·U₃ᵀ, the derivative by r ∘ h.
 * - `NAME.closeReset(delta, gates, state, gatedDelta, samples)`: δr = q ∘ h ∘ r ∘ (1 − r), and adds q ∘ r to δ.
 * - `NAME.stateGradient(delta, gates, transposed, samples)`: adds [δz δr]·[U₁ U₂]ᵀ to δ.
 * - `NAME.inputGradient(inputDelta, gates, transposed, samples)`: [δz δr δc]·Wᵀ of both directions, for all positions.
 *
 * Some rows of the weights' gradients, summed over positions, then samples, in their order:
 * - `NAME.kernelGradient(gradient, input, gates, rows, samples)`: xᵀ·[δz δr δc], both directions side by side.
 * - `NAME.recurrentGradient(gradient, state, gated, gates, rows, samples)`: hᵀ·[δz δr] and (r ∘ h)ᵀ·δc of one
 *   direction. What it is given stands at the first position in the sample that is not the first to be read.
 */
export function addGruKernels(
  module: ModuleAssembler,
  name: string,
  { shape, first }: { readonly shape: GruShape; readonly first: boolean },
): void {
  addProjection(module, name, shape);
  addForwardProducts(module, name, shape);
  addGates(module, name, shape);
  addGateDeltas(module, name, shape);
  addBackwardProducts(module, name, shape);
  if (!first) addInputGradient(module, name, shape);
  addKernelGradient(module, name, shape);
  if (shape.positions > 1) addRecurrentGradient(module, name, shape);
}

function addProjection(module: ModuleAssembler, name: string, shape: GruShape): void {
  const { positions, unitVectors, inputStride, inputSlot } = shape;
  const { slot } = gruRecord(shape);
  const { both } = rowBytes(shape);
  module.addFunction(
    `${name}.project`,
    ["i32", "i32", "i32", "i32", "i32"],
    (code, target, input, kernel, bias, samples) => {
      const [b, c] = code.locals("i32", 2);
      code.repeat(positions, () => {
        code.get(kernel).set(b).get(target).set(c);
        assembleProduct(code, {
          ...{ rows: { local: samples }, vectors: 6 * unitVectors, start: { bias } },
          ...{ rowStrideA: inputSlot, b: { rowStride: both }, rowStrideC: slot },
          sums: [{ count: inputStride / 4, strideA: 4, stepB: 1 }],
        }, { a: input, b, c });
        code.advance(input, inputStride).advance(target, both);
      });
    },
  );
}

function addForwardProducts(module: ModuleAssembler, name: string, shape: GruShape): void {
  const { unitVectors } = shape;
  const { slot } = gruRecord(shape);
  const { unit, gates } = rowBytes(shape);
  const recur = {
    ...{ inner: 4 * unitVectors, start: "self" as const },
    ...{ rowStrideA: slot, b: { rowStride: gates }, rowStrideC: slot },
  };
  addSampleProduct(module, `${name}.recurGates`, { ...recur, vectors: 2 * unitVectors });
  const offset = { b: 2 * unit, c: 2 * unit };
  addSampleProduct(module, `${name}.recurCandidate`, { ...recur, vectors: unitVectors, offset });
}

function addBackwardProducts(module: ModuleAssembler, name: string, shape: GruShape): void {
  const { unitVectors, outputSlot } = shape;
  const { slot } = gruRecord(shape);
  const { unit } = rowBytes(shape);
  const recur = { vectors: unitVectors, rowStrideA: slot, b: { rowStride: unit } };
  addSampleProduct(module, `${name}.gatedGradient`, {
    ...{ ...recur, inner: 4 * unitVectors, start: "zero", rowStrideC: slot },
    // Behind the rows of z and r.
    offset: { a: 2 * unit, b: 8 * unitVectors * unit },
  });
  addSampleProduct(module, `${name}.stateGradient`, {
    ...{ ...recur, inner: 8 * unitVectors, start: "self", rowStrideC: outputSlot },
  });
}

function addInputGradient(module: ModuleAssembler, name: string, shape: GruShape): void {
  const { positions, unitVectors, inputStride, inputSlot } = shape;
  const { slot } = gruRecord(shape);
  const { both } = rowBytes(shape);
  module.addFunction(
    `${name}.inputGradient`,
    ["i32", "i32", "i32", "i32"],
    (code, inputDelta, gates, transposed, samples) => {
      const [b, c] = code.locals("i32", 2);
      code.repeat(positions, () => {
        code.get(transposed).set(b).get(inputDelta).set(c);
        assembleProduct(code, {
          ...{ rows: { local: samples }, vectors: inputStride / 16, start: "zero" },
          ...{ rowStrideA: slot, b: { rowStride: inputStride }, rowStrideC: inputSlot },
          sums: [{ count: 24 * unitVectors, strideA: 4, stepB: 1 }],
        }, { a: gates, b, c });
        code.advance(gates, both).advance(inputDelta, inputStride);
      });
    },
  );
}

function addKernelGradient(module: ModuleAssembler, name: string, shape: GruShape): void {
  const { positions, unitVectors, inputStride, inputSlot } = shape;
  const { slot } = gruRecord(shape);
  const { both } = rowBytes(shape);
  module.addFunction(
    `${name}.kernelGradient`,
    ["i32", "i32", "i32", "i32", "i32"],
    (code, gradient, input, gates, rows, samples) => {
      assembleProduct(code, {
        ...{ rows: { local: rows }, vectors: 6 * unitVectors, start: "zero" },
        // A row of B begins at any float32 of the records.
        ...{ rowStrideA: 4, b: { rowStride: 4 }, rowStrideC: both },
        sums: [
          { count: positions, strideA: inputStride, stepB: both / 4 },
          { count: { local: samples }, strideA: inputSlot, stepB: slot / 4 },
        ],
      }, { a: input, b: gates, c: gradient });
    },
  );
}

/** The columns of z and r sum over states, those of c over r ∘ h. */
function addRecurrentGradient(module: ModuleAssembler, name: string, shape: GruShape): void {
  const { positions, unitVectors } = shape;
  const { slot } = gruRecord(shape);
  const { unit, gates: row, both } = rowBytes(shape);
  module.addFunction(
    `${name}.recurrentGradient`,
    ["i32", "i32", "i32", "i32", "i32", "i32"],
    (code, gradient, state, gated, gates, rows, samples) => {
      const [b, c] = code.locals("i32", 2);
      for (const [a, column, vectors] of [[state, 0, 2], [gated, 2 * unit, 1]]) {
        code.get(gates).i32(column).op("i32.add").set(b);
        code.get(gradient).i32(column).op("i32.add").set(c);
        assembleProduct(code, {
          ...{ rows: { local: rows }, vectors: vectors * unitVectors, start: "zero" },
          ...{ rowStrideA: 4, b: { rowStride: 4 }, rowStrideC: row },
          sums: [
            // The first position read has no state before it.
            { count: positions - 1, strideA: 2 * unit, stepB: both / 4 },
            { count: { local: samples }, strideA: slot, stepB: slot / 4 },
          ],
        }, { a, b, c });
      }
    },
  );
}
