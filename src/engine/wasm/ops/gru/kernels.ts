import type { ModuleAssembler } from "../../assembler/assembler.ts";
import { assembleProduct } from "../../assembler/gemm.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { assembleSampleProduct } from "../../assembler/sample_product.ts";
import { addGatesBackward, addGatesForward } from "./gates.ts";
import {
  assembleInputGradient,
  assembleKernelGradient,
  assembleProjection,
  gradientProduct,
} from "../recurrent/products.ts";
import { gruLayout, type GruShape } from "./shape.ts";
import {
  GRU_BACKWARD_KERNELS,
  GRU_FORWARD_KERNELS,
  GRU_KERNEL_GRADIENT_KERNELS,
  GRU_RECURRENT_GRADIENT_KERNELS,
} from "./tables.ts";

/** Adds the kernels of a bidirectional GRU. */
export function addGruKernels(module: ModuleAssembler, node: string, shape: GruShape): void {
  addForwardProducts(module, node, shape);
  addGatesForward(module, node, shape);
  addGatesBackward(module, node, shape);
  addBackwardProducts(module, node, shape);
  addKernelGradient(module, node, shape);
  if (shape.positions > 1) addRecurrentGradient(module, node, shape);
}

function addForwardProducts(module: ModuleAssembler, node: string, shape: GruShape): void {
  const { unitVectors } = shape;
  const layout = gruLayout(shape);
  const { unit, gates: gatesBytes, sampleStride } = layout;
  const add = kernelAdder(module, { table: GRU_FORWARD_KERNELS, node });
  add("project", (code, parameters) => assembleProjection(code, layout, parameters));
  const product = {
    inner: 4 * unitVectors,
    start: "self",
    rowStrideA: sampleStride,
    b: { rowStride: gatesBytes },
    rowStrideC: sampleStride,
  } as const;
  add("recurGates", (code, { gates, state, recurrent, samples }) => {
    const addresses = { a: state, b: recurrent, c: gates, samples };
    assembleSampleProduct(code, { ...product, vectors: 2 * unitVectors }, addresses);
  });
  add("recurCandidate", (code, { gates, gated, recurrent, samples }) => {
    const addresses = { a: gated, b: recurrent, c: gates, samples };
    const offset = { b: 2 * unit, c: 2 * unit };
    assembleSampleProduct(code, { ...product, vectors: unitVectors, offset }, addresses);
  });
}

function addBackwardProducts(module: ModuleAssembler, node: string, shape: GruShape): void {
  const { unitVectors, deltaSampleStride } = shape;
  const layout = gruLayout(shape);
  const { unit, sampleStride } = layout;
  const add = kernelAdder(module, { table: GRU_BACKWARD_KERNELS, node });
  add("inputGradient", (code, parameters) => assembleInputGradient(code, layout, parameters));
  add("gatedGradient", (code, { gatedDelta, gates, transposed, samples }) => {
    assembleSampleProduct(code, {
      inner: 4 * unitVectors,
      vectors: unitVectors,
      start: "zero",
      rowStrideA: sampleStride,
      b: { rowStride: unit },
      rowStrideC: sampleStride,
      // The rows of z and r come first.
      offset: { a: 2 * unit, b: 8 * unitVectors * unit },
    }, { a: gates, b: transposed, c: gatedDelta, samples });
  });
  add("stateGradient", (code, { delta, gates, transposed, samples }) => {
    assembleSampleProduct(code, {
      inner: 8 * unitVectors,
      vectors: unitVectors,
      start: "self",
      rowStrideA: sampleStride,
      b: { rowStride: unit },
      rowStrideC: deltaSampleStride,
    }, { a: gates, b: transposed, c: delta, samples });
  });
}

function addKernelGradient(module: ModuleAssembler, node: string, shape: GruShape): void {
  const layout = gruLayout(shape);
  const add = kernelAdder(module, { table: GRU_KERNEL_GRADIENT_KERNELS, node });
  add("kernelGradient", (code, parameters) => assembleKernelGradient(code, layout, parameters));
}

/** The columns of z and r sum over states, those of c over r ∘ h. */
function addRecurrentGradient(module: ModuleAssembler, node: string, shape: GruShape): void {
  const { unitVectors } = shape;
  const layout = gruLayout(shape);
  const { unit, gates: row, sampleStride: strideA } = layout;
  const add = kernelAdder(module, { table: GRU_RECURRENT_GRADIENT_KERNELS, node });
  add("recurrentGradient", (code, { gradient, state, gated, gates, rows, samples }) => {
    const [b, c] = code.locals("i32", 2);
    const columns = [
      { a: state, column: 0, vectors: 2 * unitVectors },
      { a: gated, column: 2 * unit, vectors: unitVectors },
    ];
    for (const { a, column, vectors } of columns) {
      code.get(gates).i32(column).op("i32.add").set(b);
      code.get(gradient).i32(column).op("i32.add").set(c);
      const product = gradientProduct(layout, { rows, samples, strideA });
      assembleProduct(code, { ...product, vectors, rowStrideC: row }, { a, b, c });
    }
  });
}
