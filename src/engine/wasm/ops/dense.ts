import type { ModuleAssembler } from "../assembler/assembler.ts";
import { assembleProduct } from "../assembler/gemm.ts";
import { PANEL_BYTES, PANEL_COLUMNS } from "../assembler/panels.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { addressOf, countValues, type NodeBase, type Parameter, type Trained } from "../layout.ts";
import { ACTIVATION_KERNELS } from "./activation.ts";
import type { ExecutionContext, Part } from "./context.ts";

/** Shape of a dense layer in memory. Strides are bytes between samples. */
export interface DenseShape {
  /** Inputs, padded rows and all, in vectors. */
  readonly inputVectors: number;
  /** Units in vectors. */
  readonly unitVectors: number;
  readonly inputStride: number;
  readonly outputStride: number;
}

/** `forward`: output = input · kernel + bias, kernel `[panel, input, unit of the panel]`. */
const DENSE_KERNELS = {
  forward: ["output", "input", "kernel", "bias", "samples"],
} as const;

/**
 * A dense layer with its activation. Its kernel is kept in panels of {@linkcode PANEL_COLUMNS} units, one after the
 * other: rows that lie far apart would compete for the same lines of the nearest cache.
 */
export interface DenseNode extends NodeBase {
  readonly kind: "dense";
  readonly slope: number;
  readonly kernel: Trained;
  readonly bias: Parameter;
  /** Kernel as the backward pass reads it. */
  readonly transposed: number;
}

/** The shape of a dense layer's kernels. */
export function denseShape({ input, output }: DenseNode): DenseShape {
  return {
    inputVectors: countValues(input) / 4,
    unitVectors: output.stride / 16,
    inputStride: input.sampleStride,
    outputStride: output.sampleStride,
  };
}

/** Bytes of a matrix in panels. */
export function panelledBytes({ rows, columns }: Record<"rows" | "columns", number>): number {
  return Math.ceil(columns / PANEL_COLUMNS) * rows * PANEL_BYTES;
}

/** Adds the kernel that predictions need of a dense layer. */
export function addDenseForward(
  module: ModuleAssembler,
  node: string,
  { inputVectors, unitVectors, inputStride, outputStride }: DenseShape,
): void {
  const add = kernelAdder(module, { table: DENSE_KERNELS, node });
  add("forward", (code, { output, input, kernel, bias, samples }) => {
    assembleProduct(code, {
      rows: { local: samples },
      vectors: unitVectors,
      start: { bias },
      rowStrideA: inputStride,
      rowStrideC: outputStride,
      b: { rowStride: PANEL_BYTES, panelStride: 4 * inputVectors * PANEL_BYTES },
      sums: [{ count: 4 * inputVectors, strideA: 4, stepB: 1 }],
    }, { a: input, b: kernel, c: output });
  });
}

/** Applies product, bias and activation to a part's samples. */
export function denseForward(
  context: ExecutionContext,
  { name, input, output, kernel, bias, slope }: DenseNode,
  { start, count }: Part,
): void {
  const { forward } = context.bind(DENSE_KERNELS, name);
  const target = addressOf(output, start);
  forward(target, addressOf(input, start), kernel.weight, bias.weight, count);
  if (slope === 1) return;
  const { leaky } = context.bind(ACTIVATION_KERNELS);
  leaky(target, target, count * output.sampleStride / 16, slope);
}
