/**
 * A wide dense layer, slice by slice of its inputs. A slice is a task of one thread; what it computes does not depend on
 * who computes the others.
 *
 * @module
 */

import type { StepPosition } from "../../../dropout.ts";
import {
  BLOCK_INPUTS,
  BLOCK_MASK_BYTES,
  blockBytes,
  blocksOf,
  type WideDenseNode,
} from "./shape.ts";

/** What a slice is computed of. */
export interface WidePass {
  readonly slice: number;
  /** Rows of the output. */
  readonly rows: number;
  /** Present in training only. */
  readonly position?: StepPosition | undefined;
}

/** A block of inputs: its place in the values of an entry and in a mask, in bytes, and its rows of the kernel. */
export interface Block {
  readonly index: number;
  readonly values: number;
  readonly masks: number;
  readonly kernel: number;
}

/** Visits the blocks of a slice. */
export function forBlocks(node: WideDenseNode, slice: number, visit: (block: Block) => void): void {
  const { first, end } = blocksOf(node.shape, slice);
  for (let index = first; index < end; index++) {
    visit({
      index,
      values: 4 * BLOCK_INPUTS * index,
      masks: BLOCK_MASK_BYTES * index,
      kernel: node.kernel.weight + index * blockBytes(node.shape),
    });
  }
}

/** Vectors of a block that are inputs, and not what fills up the last block. */
export function vectorsOf({ shape: { inputs } }: WideDenseNode, { index }: Block): number {
  return Math.max(0, Math.min(BLOCK_INPUTS, inputs - index * BLOCK_INPUTS)) / 4;
}
