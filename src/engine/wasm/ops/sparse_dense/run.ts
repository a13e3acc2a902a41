import {
  addressOf,
  countValues,
  deltaOf,
  type NodeBase,
  type Parameter,
  type Trained,
} from "../../layout.ts";
import { ACTIVATION_KERNELS } from "../activation.ts";
import { adamUpdate, isFrozen, moveWeights } from "../adam.ts";
import type { BackwardPass, ExecutionContext, ForwardPass, Update } from "../context.ts";
import type { DropoutNode } from "../dropout.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { SUM_KERNELS } from "../sums.ts";
import { PANEL_KERNELS, SPARSE_ROW_KERNELS } from "./kernels.ts";
import { PANEL_ROW_BYTES, sparseRowBytes } from "./rows.ts";

/**
 * A dense layer whose input has many zeros, which the products leave out; see `rows.ts`. The kernel is kept as
 * `[panel, input, unit of the panel]`, as products with sparse rows read it.
 */
export interface SparseDenseNode extends NodeBase {
  readonly kind: "sparseDense";
  readonly slope: number;
  readonly kernel: Trained;
  readonly bias: Parameter;
  /** The dropout whose mask decides which inputs are kept in training; if absent, those that are not zero are kept. */
  readonly gate: Pick<DropoutNode, "mask" | "maskStride"> | undefined;
  /** The samples' sparse rows. */
  readonly sparse: SparseRows;
  /** Zeros, a row of a panel. */
  readonly zeros: number;
}

/** Where the sparse rows of a batch are. */
export interface SparseRows {
  /** Address of the first sample's. */
  readonly address: number;
  /** Bytes to the next sample's. */
  readonly sampleStride: number;
  /** Bytes from a sparse row to the sums of its entries. */
  readonly sums: number;
}

/** Applies product, bias and activation to a part's samples; compresses their inputs on the way. */
export function sparseDenseForward(
  context: ExecutionContext,
  node: SparseDenseNode,
  { part: { start, count }, mode }: ForwardPass,
): void {
  const { input, output, kernel, bias, gate, slope, sparse } = node;
  const target = addressOf(output, start);
  // A prediction drops nothing: its inputs have no zeros if only a dropout made them.
  if (gate !== undefined && mode === "predict") {
    const { panel } = context.bind(PANEL_KERNELS, node.name);
    for (const { column, block } of panels(node)) {
      const b = kernel.weight + block;
      panel(target + column, addressOf(input, start), b, bias.weight + column, count);
    }
  } else {
    const { sparseProduct } = context.bind(SPARSE_ROW_KERNELS);
    for (let sample = start; sample < start + count; sample++) compressInput(context, node, sample);
    const rows = sparse.address + start * sparse.sampleStride;
    const { sampleStride } = output;
    for (const { column, block } of panels(node)) {
      const [c, from, b] = [target + column, bias.weight + column, kernel.weight + block];
      sparseProduct(c, sampleStride, from, rows, sparse.sampleStride, b, count);
    }
  }
  if (slope === 1) return;
  const { leaky } = context.bind(ACTIVATION_KERNELS);
  leaky(target, target, count * output.sampleStride / 16, slope);
}

/**
 * Keeps the inputs of a sample that are not zero, or, after a dropout without a ReLU, those that the dropout kept:
 * inputs that were zero before it have a gradient too. A mask has no gaps; the inputs, segment by segment, may.
 */
function compressInput(context: ExecutionContext, node: SparseDenseNode, sample: number): void {
  const { compressRow } = context.bind(SPARSE_ROW_KERNELS);
  const { input, gate, sparse } = node;
  const row = sparse.address + sample * sparse.sampleStride;
  const values = addressOf(input, sample);
  const inputs = countValues(input);
  if (gate === undefined) {
    compressRow(row, values, values, inputs, 4, 0, PANEL_ROW_BYTES);
    return;
  }
  const { segment } = input;
  const gapless = segment.count === segment.padded;
  const { count, padded } = gapless ? { count: inputs, padded: inputs } : segment;
  const mask = gate.mask + sample * gate.maskStride;
  for (let i = 0; i * padded < inputs; i++) {
    const first = i * padded;
    const kept = mask + 4 * i * count;
    compressRow(row, kept, values + 4 * first, count, 4, first * PANEL_ROW_BYTES, PANEL_ROW_BYTES);
  }
}

/** Computes the derivatives with respect to the kept inputs of a part's samples; those of the others are zero. */
export function sparseDenseBackward(
  context: ExecutionContext,
  node: SparseDenseNode,
  { part: { start, count } }: BackwardPass,
): void {
  const { clear } = context.bind(MEMORY_KERNELS);
  const { gatherDots, scatterDots } = context.bind(SPARSE_ROW_KERNELS);
  const { input, output, slope, kernel, sparse } = node;
  const delta = deltaOf(output, start);
  if (slope !== 1) {
    const { leakyBackward } = context.bind(ACTIVATION_KERNELS);
    const vectors = count * output.sampleStride / 16;
    leakyBackward(delta, delta, addressOf(output, start), vectors, slope);
  }
  const { sampleStride, sums } = sparse;
  const rows = sparse.address + start * sampleStride;
  for (let i = 0; i < count; i++) {
    clear(rows + i * sampleStride + sums, sampleStride - sums);
  }
  for (const { column, block } of panels(node)) {
    const b = kernel.weight + block;
    gatherDots(rows, sampleStride, sums, delta + column, output.sampleStride, b, count);
  }
  for (let i = 0; i < count; i++) {
    const inputDelta = deltaOf(input, start + i);
    const row = rows + i * sampleStride;
    clear(inputDelta, input.rows * input.stride);
    scatterDots(inputDelta, row, row + sums);
  }
}

/**
 * Computes the gradient of some rows of the kernel over all samples of the batch, and takes Adam's step. A row of the
 * kernel belongs to one input, so the sparse rows here are that input's values that are not zero, sample after sample;
 * a panel's step is taken while its gradient is in the nearest cache.
 */
export function sparseDenseUpdate(
  context: ExecutionContext,
  node: SparseDenseNode,
  update: Update,
): void {
  const { firstRow, samples, adam } = update;
  const { output, kernel, bias } = node;
  if (!isFrozen(kernel, adam)) updateKernel(context, node, update);
  if (firstRow > 0 || isFrozen(bias, adam)) return;
  const { clear } = context.bind(MEMORY_KERNELS);
  const { columnSum } = context.bind(SUM_KERNELS);
  clear(bias.gradient, bias.bytes);
  const delta = deltaOf(output, 0);
  columnSum(bias.gradient, delta, samples, output.stride / 16, output.sampleStride);
  adamUpdate(context, bias, { offset: 0, bytes: bias.bytes, adam });
}

function updateKernel(
  context: ExecutionContext,
  node: SparseDenseNode,
  { firstRow, rows, samples, adam }: Update,
): void {
  const { scratch } = context;
  const { compressRow, sparseProduct } = context.bind(SPARSE_ROW_KERNELS);
  const { input, output, kernel, zeros } = node;
  const rowBytes = sparseRowBytes(samples);
  for (let row = 0; row < rows; row++) {
    const values = input.address + 4 * (firstRow + row);
    const sparse = scratch + row * rowBytes;
    compressRow(sparse, values, values, samples, input.sampleStride, 0, output.sampleStride);
  }
  const gradient = scratch + rows * rowBytes;
  for (const { column, block } of panels(node)) {
    const offset = block + firstRow * PANEL_ROW_BYTES;
    const delta = deltaOf(output, 0) + column;
    const bytes = rows * PANEL_ROW_BYTES;
    sparseProduct(gradient, PANEL_ROW_BYTES, zeros, scratch, rowBytes, delta, rows);
    moveWeights(context, kernel, { offset, bytes, gradient, adam });
  }
}

/** For each panel, the offsets in bytes of its first unit in a row of units, and of its first value in the kernel. */
function* panels(node: SparseDenseNode): Generator<{ column: number; block: number }> {
  const blockBytes = countValues(node.input) * PANEL_ROW_BYTES;
  for (let column = 0; column < node.output.stride; column += PANEL_ROW_BYTES) {
    yield { column, block: column / PANEL_ROW_BYTES * blockBytes };
  }
}
