import type { ModuleAssembler } from "../../assembler/assembler.ts";
import { assembleProduct } from "../../assembler/gemm.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { assembleSampleProduct } from "../../assembler/sample_product.ts";
import { addGatesBackward, addGatesForward } from "./gates.ts";
import { gruRecord, type GruShape, rowBytes } from "./shape.ts";
import {
  GRU_BACKWARD_KERNELS,
  GRU_FORWARD_KERNELS,
  GRU_KERNEL_GRADIENT_KERNELS,
  GRU_RECURRENT_GRADIENT_KERNELS,
} from "./tables.ts";

/** Adds the kernels of a bidirectional GRU. */
export function addGruKernels(module: ModuleAssembler, node: string, shape: GruShape): void {
  addProjection(module, node, shape);
  addForwardProducts(module, node, shape);
  addGatesForward(module, node, shape);
  addGatesBackward(module, node, shape);
  addBackwardProducts(module, node, shape);
  addInputGradient(module, node, shape);
  addKernelGradient(module, node, shape);
  if (shape.positions > 1) addRecurrentGradient(module, node, shape);
}

function addProjection(module: ModuleAssembler, node: string, shape: GruShape): void {
  const { positions, unitVectors, inputStride, inputSampleStride } = shape;
  const { sampleStride } = gruRecord(shape);
  const { both } = rowBytes(shape);
  const add = kernelAdder(module, { table: GRU_FORWARD_KERNELS, node });
  add("project", (code, { gates, input, kernel, bias, samples }) => {
    const [b, c] = code.locals("i32", 2);
    code.repeat(positions, () => {
      code.get(kernel).set(b).get(gates).set(c);
      assembleProduct(code, {
        rows: { local: samples },
        vectors: 6 * unitVectors,
        start: { bias },
        rowStrideA: inputSampleStride,
        b: { rowStride: both },
        rowStrideC: sampleStride,
        sums: [{ count: inputStride / 4, strideA: 4, stepB: 1 }],
      }, { a: input, b, c });
      code.advance(input, inputStride).advance(gates, both);
    });
  });
}

function addForwardProducts(module: ModuleAssembler, node: string, shape: GruShape): void {
  const { unitVectors } = shape;
  const { sampleStride } = gruRecord(shape);
  const { unit, gates: gatesBytes } = rowBytes(shape);
  const add = kernelAdder(module, { table: GRU_FORWARD_KERNELS, node });
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
  const { sampleStride } = gruRecord(shape);
  const { unit } = rowBytes(shape);
  const add = kernelAdder(module, { table: GRU_BACKWARD_KERNELS, node });
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

function addInputGradient(module: ModuleAssembler, node: string, shape: GruShape): void {
  const { positions, unitVectors, inputStride, inputSampleStride } = shape;
  const { sampleStride } = gruRecord(shape);
  const { both } = rowBytes(shape);
  const add = kernelAdder(module, { table: GRU_BACKWARD_KERNELS, node });
  add("inputGradient", (code, { inputDelta, gates, transposed, samples }) => {
    const [b, c] = code.locals("i32", 2);
    code.repeat(positions, () => {
      code.get(transposed).set(b).get(inputDelta).set(c);
      assembleProduct(code, {
        rows: { local: samples },
        vectors: inputStride / 16,
        start: "zero",
        rowStrideA: sampleStride,
        b: { rowStride: inputStride },
        rowStrideC: inputSampleStride,
        sums: [{ count: 24 * unitVectors, strideA: 4, stepB: 1 }],
      }, { a: gates, b, c });
      code.advance(gates, both).advance(inputDelta, inputStride);
    });
  });
}

function addKernelGradient(module: ModuleAssembler, node: string, shape: GruShape): void {
  const { unitVectors, inputSampleStride } = shape;
  const { sampleStride } = gruRecord(shape);
  const { both } = rowBytes(shape);
  const add = kernelAdder(module, { table: GRU_KERNEL_GRADIENT_KERNELS, node });
  add("kernelGradient", (code, { gradient, input, gates, rows, samples }) => {
    assembleProduct(code, {
      rows: { local: rows },
      vectors: 6 * unitVectors,
      start: "self",
      rowStrideA: 4,
      // A row of B begins at any float32 of the records.
      b: { rowStride: 4 },
      rowStrideC: both,
      sums: [{ count: { local: samples }, strideA: inputSampleStride, stepB: sampleStride / 4 }],
    }, { a: input, b: gates, c: gradient });
  });
}

/** The columns of z and r sum over states, those of c over r ∘ h. */
function addRecurrentGradient(module: ModuleAssembler, node: string, shape: GruShape): void {
  const { unitVectors } = shape;
  const { sampleStride } = gruRecord(shape);
  const { unit, gates: row } = rowBytes(shape);
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
      assembleProduct(code, {
        rows: { local: rows },
        vectors,
        start: "self",
        rowStrideA: 4,
        b: { rowStride: 4 },
        rowStrideC: row,
        sums: [{ count: { local: samples }, strideA: sampleStride, stepB: sampleStride / 4 }],
      }, { a, b, c });
    }
  });
}
