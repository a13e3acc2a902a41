import type { GroupOf } from "../../layer_groups.ts";
import { roundUp, type Tensor } from "../layout.ts";
import {
  blockWinnerBytes,
  countFilterVectors,
  countKernelCodes,
  countPieces,
  LETTERS,
  sequenceBytes,
  type SequenceConvNode,
  type SequenceConvShape,
  wordBytes,
} from "../ops/sequence/shape.ts";
import { type ChainMemory, nameOf } from "./chain_memory.ts";
import { shapeOfConv } from "./letters.ts";
import { MAX_HEAVY_PARTS } from "./parts.ts";

/** A convolution over letters, and the scratch memory that it needs. */
export interface PlannedSequenceConv {
  readonly node: SequenceConvNode;
  readonly scratchBytes: number;
}

/** Lays out a convolution over letters with its activation and pooling. */
export function planSequenceConv(
  group: GroupOf<"conv">,
  input: Tensor,
  { memory, tensors, capacity }: ChainMemory,
): PlannedSequenceConv {
  const { spec, slope, pool = 1, output: [windows] } = group;
  const shape: SequenceConvShape = { ...shapeOfConv(spec, input.rows), windows, pool };
  const row = sequenceBytes(shape).code;
  const output = tensors.plan(windows, spec.filters, { group, stride: row });
  const kernel = memory.kernel(countKernelCodes(shape) * row);
  const bias = memory.parameter(row);
  const tables = memory.take(shape.blocks * sequenceBytes(shape).table);
  const entryStride = roundUp(windows * shape.blocks * blockWinnerBytes(shape), 64);
  const stride = roundUp(kernel.bytes + bias.bytes, 64);
  const parts = memory.take(stride * MAX_HEAVY_PARTS);
  const node: SequenceConvNode = {
    ...nameOf(group),
    kind: "sequenceConv",
    input,
    output,
    shape,
    slope,
    kernel,
    bias,
    tables,
    winners: pool === 1 ? undefined : { address: memory.take(entryStride * capacity), entryStride },
    parts: { kernel: parts, bias: parts + kernel.bytes, stride },
  };
  const transposed = 4 * countFilterVectors(shape) * 4 * LETTERS * spec.width;
  const gradients = wordBytes(node) + shape.blocks * sequenceBytes(shape).table;
  return { node, scratchBytes: Math.max(gradients, transposed) };
}

/** Multiply-adds that take as long as an entry of the convolution: a position's sum and comparisons as three. */
export function workOfSequenceConv({ shape }: Pick<SequenceConvNode, "shape">): number {
  const sums = countPieces(shape) + 2;
  return 4 * countFilterVectors(shape) * shape.windows * shape.pool * sums;
}
