import type { ModuleAssembler } from "../assembler.ts";
import { assembleProduct } from "../gemm.ts";
import { addSampleProduct } from "./sample_product.ts";

/** Shape of a dense layer in memory. Strides are bytes between samples. */
export interface DenseShape {
  /** Inputs, padded rows and all, in vectors. */
  readonly inputVectors: number;
  /** Units in vectors. */
  readonly unitVectors: number;
  readonly inputStride: number;
  readonly outputStride: number;
}

/**
 * `NAME.forward(output, input, kernel, bias, samples)`: output = input · kernel + bias, kernel `[input, unit]`.
 *
 * `NAME.inputGradient(inputDelta, delta, transposed, samples)`: inputDelta = delta · kernelᵀ, from the transposed
 * kernel `[unit, input]`.
 *
 * `NAME.kernelGradient(gradient, input, delta, rows, samples)`: rows of inputᵀ · delta, summed over the samples
 * in their order; `gradient` and `input` are those of the first row.
 */
export function addDenseKernels(
  module: ModuleAssembler,
  name: string,
  { inputVectors, unitVectors, inputStride, outputStride }: DenseShape,
): void {
  module.addFunction(
    `${name}.forward`,
    ["i32", "i32", "i32", "i32", "i32"],
    (code, output, input, kernel, bias, samples) => {
      assembleProduct(code, {
        ...{ rows: { local: samples }, vectors: unitVectors, start: { bias } },
        ...{ rowStrideA: inputStride, rowStrideC: outputStride },
        b: { rowStride: 16 * unitVectors },
        sums: [{ count: 4 * inputVectors, strideA: 4, stepB: 1 }],
      }, { a: input, b: kernel, c: output });
    },
  );
  addSampleProduct(module, `${name}.inputGradient`, {
    ...{ inner: 4 * unitVectors, vectors: inputVectors, start: "zero" },
    ...{ rowStrideA: outputStride, rowStrideC: inputStride, b: { rowStride: 16 * inputVectors } },
  });
  module.addFunction(
    `${name}.kernelGradient`,
    ["i32", "i32", "i32", "i32", "i32"],
    (code, gradient, input, delta, rows, samples) => {
      assembleProduct(code, {
        ...{ rows: { local: rows }, vectors: unitVectors, start: "zero" },
        ...{ rowStrideA: 4, b: { rowStride: outputStride }, rowStrideC: 16 * unitVectors },
        sums: [{ count: { local: samples }, strideA: inputStride, stepB: 1 }],
      }, { a: input, b: delta, c: gradient });
    },
  );
}
