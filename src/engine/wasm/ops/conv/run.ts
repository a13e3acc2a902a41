import { PANEL_COLUMNS } from "../../assembler/panels.ts";
import { addressOf } from "../../layout.ts";
import { ACTIVATION_KERNELS } from "../activation.ts";
import type { ExecutionContext, Part } from "../context.ts";
import { POOL_KERNELS } from "../pool.ts";
import { TRANSPOSE_KERNELS } from "../transpose.ts";
import { CONV_KERNELS } from "./kernels.ts";
import { type ConvNode, filterBytes } from "./shape.ts";

/** Name of the pooling that is fused into a convolution. */
export function poolName({ name }: ConvNode): string {
  return `${name}.pool`;
}

/** Applies convolution, activation and pooling to a part's samples. */
export function convForward(
  context: ExecutionContext,
  node: ConvNode,
  { start, count }: Part,
): void {
  const { output, shape, slope, transposed, bias, offsets } = node;
  const { forward } = context.bind(CONV_KERNELS, node.name);
  const { leaky } = context.bind(ACTIVATION_KERNELS);
  const vectors = shape.outputPositions * shape.filterVectors;
  if (offsets === undefined) {
    for (let sample = start; sample < start + count; sample++) {
      const target = addressOf(output, sample);
      forward(target, firstInput(node, sample), transposed, bias.weight);
      if (slope !== 1) leaky(target, target, vectors, slope);
    }
    return;
  }
  const { scratch } = context;
  const pool = context.bind(POOL_KERNELS, poolName(node));
  for (let sample = start; sample < start + count; sample++) {
    forward(scratch, firstInput(node, sample), transposed, bias.weight);
    const maxima = offsets + sample * output.sampleStride;
    pool.forward(addressOf(output, sample), maxima, scratch, slope);
  }
}

/** First row that the convolution reads for a sample, padding counted. */
export function firstInput({ input, shape }: ConvNode, sample: number): number {
  return addressOf(input, sample) - shape.left * input.stride;
}

/** Some filters of a convolution, of which the first begins a panel. */
export interface FilterRows {
  readonly firstRow: number;
  readonly rows: number;
}

/** All filters of a convolution. */
export function allFilters({ kernel, shape }: ConvNode): FilterRows {
  return { firstRow: 0, rows: kernel.bytes / filterBytes(shape) };
}

/** Writes some filters where the forward pass reads them: transposed, in panels. */
export function convTranspose(
  context: ExecutionContext,
  { shape, kernel, transposed }: ConvNode,
  { firstRow, rows }: FilterRows,
): void {
  const { transpose } = context.bind(TRANSPOSE_KERNELS);
  const rowBytes = filterBytes(shape);
  for (let row = firstRow; row < firstRow + rows;) {
    const width = Math.min(PANEL_COLUMNS, 4 * shape.filterVectors - row);
    const offset = row * rowBytes;
    const vectors = rowBytes / 16;
    transpose(transposed + offset, kernel.weight + offset, width, vectors, 4 * width, rowBytes);
    row += width;
  }
}
