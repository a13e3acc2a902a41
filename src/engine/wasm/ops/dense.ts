import type { ModuleAssembler } from "../assembler/assembler.ts";
import { assembleProduct } from "../assembler/gemm.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { assembleSampleProduct } from "../assembler/sample_product.ts";
import { addressOf, deltaOf, type NodeBase, type Parameter } from "../layout.ts";
import { ACTIVATION_KERNELS } from "./activation.ts";
import { adamUpdate, isFrozen } from "./adam.ts";
import {
  type BackwardPass,
  type ExecutionContext,
  type Part,
  passesBack,
  type Update,
} from "./context.ts";
import { MEMORY_KERNELS } from "./memory.ts";
import { SUM_KERNELS } from "./sums.ts";

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
 * `forward`: output = input · kernel + bias, kernel `[input, unit]`.
 *
 * `inputGradient`: inputDelta = delta · kernelᵀ, from the transposed kernel `[unit, input]`.
 *
 * `kernelGradient`: adds rows of inputᵀ · delta, summed over the samples in their order; `gradient` and `input` are those
 * of the first row.
 */
const DENSE_KERNELS = {
  forward: ["output", "input", "kernel", "bias", "samples"],
  inputGradient: ["inputDelta", "delta", "transposed", "samples"],
  kernelGradient: ["gradient", "input", "delta", "rows", "samples"],
} as const;

/** Samples whose share of a kernel's gradient is summed together: a multiple of eight. */
const SAMPLES_TOGETHER = 32;

/** A dense layer with its activation. */
export interface DenseNode extends NodeBase {
  readonly kind: "dense";
  readonly slope: number;
  readonly kernel: Parameter;
  readonly bias: Parameter;
  /** Kernel as the backward pass reads it. */
  readonly transposed: number;
}

/** Adds the kernels of a dense layer. */
export function addDenseKernels(
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
      b: { rowStride: 16 * unitVectors },
      sums: [{ count: 4 * inputVectors, strideA: 4, stepB: 1 }],
    }, { a: input, b: kernel, c: output });
  });
  add("inputGradient", (code, { inputDelta, delta, transposed, samples }) => {
    assembleSampleProduct(code, {
      inner: 4 * unitVectors,
      vectors: inputVectors,
      start: "zero",
      rowStrideA: outputStride,
      rowStrideC: inputStride,
      b: { rowStride: 16 * inputVectors },
    }, { a: delta, b: transposed, c: inputDelta, samples });
  });
  add("kernelGradient", (code, { gradient, input, delta, rows, samples }) => {
    assembleProduct(code, {
      rows: { local: rows },
      vectors: unitVectors,
      start: "self",
      rowStrideA: 4,
      b: { rowStride: outputStride },
      rowStrideC: 16 * unitVectors,
      sums: [{ count: { local: samples }, strideA: inputStride, stepB: 1 }],
    }, { a: input, b: delta, c: gradient });
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

/** Computes the derivatives with respect to a part's inputs; the kernel's gradient is left to the update. */
export function denseBackward(
  context: ExecutionContext,
  node: DenseNode,
  pass: BackwardPass,
): void {
  const { name, input, output, transposed, slope } = node;
  const { start, count } = pass.part;
  const delta = deltaOf(output, start);
  if (slope !== 1) {
    const { leakyBackward } = context.bind(ACTIVATION_KERNELS);
    const vectors = count * output.sampleStride / 16;
    leakyBackward(delta, delta, addressOf(output, start), vectors, slope);
  }
  if (!passesBack(node, pass)) return;
  const { inputGradient } = context.bind(DENSE_KERNELS, name);
  inputGradient(deltaOf(input, start), delta, transposed, count);
}

/**
 * Computes the gradient of some rows of the kernel over all samples of the batch, takes Adam's step, and renews the
 * transposed rows. A sum over all samples in their order needs no parts.
 */
export function denseUpdate(context: ExecutionContext, node: DenseNode, update: Update): void {
  const { output, kernel, bias } = node;
  const { firstRow, rows, samples, adam } = update;
  if (!isFrozen(kernel, adam)) {
    sumKernelGradient(context, node, update);
    const offset = firstRow * output.stride;
    adamUpdate(context, kernel, { offset, bytes: rows * output.stride, adam });
    denseTranspose(context, node, { firstRow, rows });
  }
  if (firstRow > 0 || isFrozen(bias, adam)) return;
  const { clear } = context.bind(MEMORY_KERNELS);
  const { columnSum } = context.bind(SUM_KERNELS);
  clear(bias.gradient, bias.bytes);
  columnSum(bias.gradient, deltaOf(output, 0), samples, output.stride / 16, output.sampleStride);
  adamUpdate(context, bias, { offset: 0, bytes: bias.bytes, adam });
}

/**
 * Sums the gradient of some rows of the kernel, some samples at a time: what a tile reads of these stays in the nearest
 * cache while all tiles pass by. The order of the samples, and so the sum, is the same.
 */
function sumKernelGradient(
  context: ExecutionContext,
  { name, input, output, kernel }: DenseNode,
  { firstRow, rows, samples }: Update,
): void {
  const { clear } = context.bind(MEMORY_KERNELS);
  const { kernelGradient } = context.bind(DENSE_KERNELS, name);
  const gradient = kernel.gradient + firstRow * output.stride;
  clear(gradient, rows * output.stride);
  for (let sample = 0; sample < samples; sample += SAMPLES_TOGETHER) {
    const count = Math.min(SAMPLES_TOGETHER, samples - sample);
    const from = addressOf(input, sample) + 4 * firstRow;
    kernelGradient(gradient, from, deltaOf(output, sample), rows, count);
  }
}

/** Writes some rows of the kernel where the backward pass reads them. */
export function denseTranspose(
  context: ExecutionContext,
  { input, output, kernel, transposed }: DenseNode,
  { firstRow, rows }: { readonly firstRow: number; readonly rows: number },
): void {
  const { transpose } = context.bind(MEMORY_KERNELS);
  transpose(
    transposed + 4 * firstRow,
    kernel.weight + firstRow * output.stride,
    rows,
    output.stride / 16,
    input.stride,
    output.stride,
  );
}
