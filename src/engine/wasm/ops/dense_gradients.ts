import type { ModuleAssembler } from "../assembler/assembler.ts";
import { assembleProduct } from "../assembler/gemm.ts";
import { PANEL_BYTES, PANEL_COLUMNS } from "../assembler/panels.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { assembleSampleProduct } from "../assembler/sample_product.ts";
import { addressOf, countValues, deltaOf } from "../layout.ts";
import { ACTIVATION_KERNELS } from "./activation.ts";
import { isFrozen, moveWeights } from "./adam.ts";
import { updateBias } from "./bias_update.ts";
import { type BackwardPass, type ExecutionContext, passesBack, type Update } from "./context.ts";
import { type DenseNode, type DenseShape, panelledBytes } from "./dense.ts";
import { MEMORY_KERNELS } from "./memory.ts";
import { TRANSPOSE_KERNELS } from "./transpose.ts";

/**
 * `inputGradient`: inputDelta = delta · kernelᵀ, from the transposed kernel `[panel, unit, input of the panel]`.
 *
 * `kernelGradient`: adds rows of inputᵀ · delta, summed over the samples in their order, to a gradient `[panel, row, unit
 * of the panel]`, whose panels are `panelBytes` apart; `input` is that of the first row.
 */
const DENSE_GRADIENT_KERNELS = {
  inputGradient: ["inputDelta", "delta", "transposed", "samples"],
  kernelGradient: ["gradient", "input", "delta", "rows", "samples", "panelBytes"],
} as const;

/** Samples whose share of a kernel's gradient is summed together: a multiple of eight. */
const SAMPLES_TOGETHER = 64;

/** Adds the kernels that training needs of a dense layer besides its forward one. */
export function addDenseGradients(
  module: ModuleAssembler,
  node: string,
  { inputVectors, unitVectors, inputStride, outputStride }: DenseShape,
): void {
  const add = kernelAdder(module, { table: DENSE_GRADIENT_KERNELS, node });
  add("inputGradient", (code, { inputDelta, delta, transposed, samples }) => {
    assembleSampleProduct(code, {
      inner: 4 * unitVectors,
      vectors: inputVectors,
      start: "zero",
      rowStrideA: outputStride,
      rowStrideC: inputStride,
      b: { rowStride: PANEL_BYTES, panelStride: 4 * unitVectors * PANEL_BYTES },
    }, { a: delta, b: transposed, c: inputDelta, samples });
  });
  add("kernelGradient", (code, { gradient, input, delta, rows, samples, panelBytes }) => {
    assembleProduct(code, {
      rows: { local: rows },
      vectors: unitVectors,
      start: "self",
      rowStrideA: 4,
      b: { rowStride: outputStride },
      rowStrideC: PANEL_BYTES,
      panelStrideC: panelBytes,
      sums: [{ count: { local: samples }, strideA: inputStride, stepB: 1 }],
    }, { a: input, b: delta, c: gradient });
  });
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
  const { inputGradient } = context.bind(DENSE_GRADIENT_KERNELS, name);
  inputGradient(deltaOf(input, start), delta, transposed, count);
}

/**
 * Computes the gradient of some rows of the kernel over all samples of the batch, takes Adam's step, and renews the
 * transposed rows. A sum over all samples in their order needs no parts.
 */
export function denseUpdate(context: ExecutionContext, node: DenseNode, update: Update): void {
  if (!isFrozen(node.kernel, update.adam)) {
    sumKernelGradient(context, node, update);
    moveKernel(context, node, update);
    denseTranspose(context, node, update);
  }
  if (update.firstRow === 0) updateBias(context, node, update);
}

/**
 * Sums the gradient of some rows of the kernel in scratch memory, some samples at a time: what a tile reads of these stays
 * in the nearest cache while all tiles pass by. The order of the samples, and so the sum, is the same.
 */
function sumKernelGradient(
  context: ExecutionContext,
  { name, input, output }: DenseNode,
  { firstRow, rows, samples }: Update,
): void {
  const { scratch } = context;
  const { clear } = context.bind(MEMORY_KERNELS);
  const { kernelGradient } = context.bind(DENSE_GRADIENT_KERNELS, name);
  const panelBytes = rows * PANEL_BYTES;
  clear(scratch, panelledBytes({ rows, columns: output.stride / 4 }));
  for (let sample = 0; sample < samples; sample += SAMPLES_TOGETHER) {
    const count = Math.min(SAMPLES_TOGETHER, samples - sample);
    const from = addressOf(input, sample) + 4 * firstRow;
    kernelGradient(scratch, from, deltaOf(output, sample), rows, count, panelBytes);
  }
}

/** Takes Adam's step with the gradient that is in scratch memory. */
function moveKernel(
  context: ExecutionContext,
  { input, kernel }: DenseNode,
  { firstRow, rows, adam }: Update,
): void {
  const panelBytes = countValues(input) * PANEL_BYTES;
  const bytes = rows * PANEL_BYTES;
  let gradient = context.scratch;
  for (let panel = 0; panel < kernel.bytes; panel += panelBytes) {
    const offset = panel + firstRow * PANEL_BYTES;
    moveWeights(context, kernel, { offset, bytes, gradient, adam });
    gradient += bytes;
  }
}

/** Writes some rows of the kernel, of which the first begins a panel, where the backward pass reads them. */
export function denseTranspose(
  context: ExecutionContext,
  { input, output, kernel, transposed }: DenseNode,
  { firstRow, rows }: { readonly firstRow: number; readonly rows: number },
): void {
  const { transpose } = context.bind(TRANSPOSE_KERNELS);
  const { transposeSquares } = context.bind(MEMORY_KERNELS);
  const panelBytes = countValues(input) * PANEL_BYTES;
  const units = output.stride / 4;
  const step = units * PANEL_BYTES;
  const squareBytes = PANEL_COLUMNS * PANEL_BYTES;
  const first = transposed + firstRow / PANEL_COLUMNS * step;
  for (let unit = 0; unit < units; unit += PANEL_COLUMNS) {
    const source = kernel.weight + unit / PANEL_COLUMNS * panelBytes + firstRow * PANEL_BYTES;
    const target = first + unit * PANEL_BYTES;
    const vectors = Math.min(PANEL_COLUMNS, units - unit) / 4;
    const whole = vectors === 1 ? 0 : Math.floor(rows / PANEL_COLUMNS);
    transposeSquares(target, source, whole, step);
    // What is not a square: the last rows, or half a panel of units.
    for (let square = whole; square * PANEL_COLUMNS < rows; square++) {
      const height = Math.min(PANEL_COLUMNS, rows - square * PANEL_COLUMNS);
      const [to, from] = [target + square * step, source + square * squareBytes];
      transpose(to, from, height, vectors, PANEL_BYTES, PANEL_BYTES);
    }
  }
}
