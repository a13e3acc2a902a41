import type { ModuleAssembler } from "../../assembler/assembler.ts";
import { assembleProduct } from "../../assembler/gemm.ts";
import type { SumLoops } from "../../assembler/matrix_product.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { type ConvShape, filterBytes, tapBytes } from "./shape.ts";

/**
 * `forward`: the convolution without activation. `input` is the first row of the padding; `kernel` the transposed
 * kernel, `[group, element, filter]`, packed in panels.
 */
export const CONV_KERNELS = {
  forward: ["output", "input", "kernel", "bias"],
} as const;

/** Adds the kernel that predictions need of a convolution. */
export function addConvForward(module: ModuleAssembler, node: string, shape: ConvShape): void {
  const { filterVectors, taps, dilation, channels, inputStride } = shape;
  // A window of dilation 1 without gaps between its rows is contiguous.
  const inOnePiece = shape.groups === 1 && inputStride === 4 * channels;
  // Elsewhere rows are whole vectors, and the channels that fill them up are zeros.
  const padded = inputStride % 16 === 0 ? inputStride / 4 : channels;
  const sums: SumLoops = inOnePiece ? [{ count: taps * channels, strideA: 4, stepB: 1 }] : [
    { count: taps, strideA: dilation * inputStride, stepB: tapBytes(shape) / 4 },
    { count: padded, strideA: 4, stepB: 1 },
  ];
  const add = kernelAdder(module, { table: CONV_KERNELS, node });
  add("forward", (code, { output, input, kernel, bias }) => {
    assembleProduct(code, {
      rows: shape.outputPositions,
      vectors: filterVectors,
      sums,
      start: { bias },
      rowStrideA: inputStride,
      rowStrideC: 16 * filterVectors,
      b: { packedRows: filterBytes(shape) / 4 },
    }, { a: input, b: kernel, c: output });
  });
}
