/**
 * The products of recurrent layers that are not part of their recurrence: between the input, or its derivatives, and the
 * gates of all positions. Addresses are the first sample's.
 *
 * @module
 */

import type { FunctionAssembler, Local } from "../../assembler/assembler.ts";
import { assembleProduct } from "../../assembler/gemm.ts";
import type { MatrixProduct } from "../../assembler/matrix_product.ts";
import type { RecurrentLayout } from "./layout.ts";

/** Locals of a kernel. */
type Locals<Name extends string> = Readonly<Record<Name, Local>>;

/** Assembles gates = input · kernel + bias for all positions and directions. */
export function assembleProjection(
  code: FunctionAssembler,
  { positions, inputStride, inputSampleStride, all, sampleStride }: RecurrentLayout,
  { gates, input, kernel, bias, samples }: Locals<
    "gates" | "input" | "kernel" | "bias" | "samples"
  >,
): void {
  const [b, c] = code.locals("i32", 2);
  code.repeat(positions, () => {
    code.get(kernel).set(b).get(gates).set(c);
    assembleProduct(code, {
      rows: { local: samples },
      vectors: all / 16,
      start: { bias },
      rowStrideA: inputSampleStride,
      b: { rowStride: all },
      rowStrideC: sampleStride,
      sums: [{ count: inputStride / 4, strideA: 4, stepB: 1 }],
    }, { a: input, b, c });
    code.advance(input, inputStride).advance(gates, all);
  });
}

/** Assembles inputDelta = gates · transposed for all positions, summed over directions. */
export function assembleInputGradient(
  code: FunctionAssembler,
  { positions, inputStride, inputSampleStride, all, sampleStride }: RecurrentLayout,
  { inputDelta, gates, transposed, samples }: Locals<
    "inputDelta" | "gates" | "transposed" | "samples"
  >,
): void {
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
      sums: [{ count: all / 4, strideA: 4, stepB: 1 }],
    }, { a: gates, b, c });
    code.advance(gates, all).advance(inputDelta, inputStride);
  });
}

/** Assembles gradient += inputᵀ · gates for some rows of the kernel at one position, summed over samples in their order. */
export function assembleKernelGradient(
  code: FunctionAssembler,
  layout: RecurrentLayout,
  { gradient, input, gates, rows, samples }: Locals<
    "gradient" | "input" | "gates" | "rows" | "samples"
  >,
): void {
  const { all, inputSampleStride } = layout;
  assembleProduct(code, {
    ...gradientProduct(layout, { rows, samples, strideA: inputSampleStride }),
    vectors: all / 16,
    rowStrideC: all,
  }, { a: input, b: gates, c: gradient });
}

/** What the gradients of kernels have in common: a row of theirs is a column of A, and their sums run over samples. */
export function gradientProduct(
  { sampleStride }: RecurrentLayout,
  { rows, samples, strideA }: Locals<"rows" | "samples"> & {
    /** Bytes between samples in A. */
    readonly strideA: number;
  },
): Omit<MatrixProduct, "vectors" | "rowStrideC"> {
  return {
    rows: { local: rows },
    start: "self",
    rowStrideA: 4,
    // A row of B begins at any float32 of the records.
    b: { rowStride: 4 },
    sums: [{ count: { local: samples }, strideA, stepB: sampleStride / 4 }],
  };
}
