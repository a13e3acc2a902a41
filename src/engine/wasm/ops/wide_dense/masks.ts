import {
  dropoutKey,
  dropoutScale,
  dropoutThreshold,
  isDroppedByBits,
  type StepPosition,
} from "../../../dropout.ts";
import type { ExecutionContext } from "../context.ts";
import { BLOCK_UNITS } from "../dropout.ts";
import { DROPOUT_KERNELS, originOf } from "../dropout_masks.ts";
import {
  BLOCK_INPUTS,
  BLOCK_MASK_BYTES,
  blocksOf,
  type WideDenseNode,
  WORD_INPUTS,
} from "./shape.ts";

/** What kept values are multiplied by in training. */
export function scaleOf({ dropout }: WideDenseNode): number {
  return dropout === undefined ? 1 : dropoutScale(dropout.rate);
}

/** Writes the mask with which nothing is dropped. */
export function prepareMasks(
  { bytes, words }: ExecutionContext,
  { ones, shape: { inputs, blocks } }: WideDenseNode,
): void {
  bytes.fill(0, ones, ones + blocks * BLOCK_MASK_BYTES);
  for (let input = 0; input < inputs; input++) {
    words[ones / 4 + Math.floor(input / WORD_INPUTS)]! |= 1 << input % WORD_INPUTS;
  }
}

/** Writes a slice of the masks of all rows; bits of inputs that fill up the last block are zero. */
export function fillMasks(
  context: ExecutionContext,
  node: WideDenseNode,
  { slice, rows, position }: {
    readonly slice: number;
    readonly rows: number;
    readonly position: StepPosition;
  },
): void {
  const { dropout, shape } = node;
  if (dropout === undefined) return;
  const { seed, epoch, firstPosition } = position;
  const key = dropoutKey(seed, dropout.layer, epoch);
  const { first, end } = blocksOf(shape, slice);
  const units = Math.min(end * BLOCK_INPUTS, shape.inputs) - first * BLOCK_INPUTS;
  const draw = isDroppedByBits(dropout.rate, shape.inputs) ? drawBits : drawWords;
  for (let row = 0; row < rows; row++) {
    const at = firstPosition + originOf(context, dropout.origins, row);
    const target = dropout.masks + row * dropout.maskStride + first * BLOCK_MASK_BYTES;
    draw(context, node, { key, at, firstUnit: first * BLOCK_INPUTS, units, target });
    clearRest(context, target, units);
  }
}

/** Some units of a row's mask. */
interface MaskPiece {
  readonly key: readonly [number, number];
  /** The sample's position in the epoch's order. */
  readonly at: number;
  readonly firstUnit: number;
  readonly units: number;
  readonly target: number;
}

/** Bits of random words; a block of counters has eight words. */
function drawBits(
  context: ExecutionContext,
  _: WideDenseNode,
  { key, at, firstUnit, units, target }: MaskPiece,
): void {
  const { dropoutWords } = context.bind(DROPOUT_KERNELS);
  const blocks = Math.ceil(units / WORD_INPUTS / BLOCK_UNITS);
  dropoutWords(target, key[0], key[1], at, firstUnit / (2 * WORD_INPUTS), blocks);
}

/** A word for each unit, of which only a bit is kept. */
function drawWords(
  context: ExecutionContext,
  { dropout, scratch }: WideDenseNode,
  { key, at, firstUnit, units, target }: MaskPiece,
): void {
  const { dropoutMask, packMask } = context.bind(DROPOUT_KERNELS);
  const factors = context.scratch + scratch.factors;
  const blocks = Math.ceil(units / WORD_INPUTS) * WORD_INPUTS / BLOCK_UNITS;
  const threshold = dropoutThreshold(dropout!.rate);
  dropoutMask(factors, key[0], key[1], at, firstUnit / 2, blocks, threshold, 1, 1, 0);
  packMask(target, factors, Math.ceil(units / WORD_INPUTS));
}

/** Clears the bits after the last unit, up to the end of its pair of blocks. */
function clearRest({ words }: ExecutionContext, target: number, units: number): void {
  const unit = 2 * BLOCK_INPUTS;
  const end = Math.ceil(units / unit) * unit / WORD_INPUTS;
  let word = Math.floor(units / WORD_INPUTS);
  if (word >= end) return;
  words[target / 4 + word]! &= 2 ** (units % WORD_INPUTS) - 1;
  for (word++; word < end; word++) words[target / 4 + word] = 0;
}
