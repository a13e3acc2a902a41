import type { NodeBase, Parameter } from "../../layout.ts";

/** Letters of DNA. Code 4, of a base whose letter is not known, is one more; so is the padding. */
export const LETTERS = 4;
/** Codes of a base. */
export const BASE_CODES = LETTERS + 1;
/** Bases that one row of a table stands for: with four, tables of five codes would leave the nearest cache. */
export const WORD_BASES = 3;
/** Words of three bases: rows of a table. */
export const WORDS = BASE_CODES ** WORD_BASES;
/** Vectors of filters that are computed together: their maxima and the places of these fit into registers. */
const MOST_BLOCK_VECTORS = 4;
/** A window of at most so many positions has its winners in bytes. */
const MOST_BYTE_POSITIONS = 256;

/**
 * Shape of a convolution over letters. Filters are padded to whole blocks of vectors.
 *
 * The kernel is kept as `[tap, code, filter]`, taps padded to whole words; what belongs to no letter or no tap is zero.
 * From it follow the tables, `[block, word, piece, filter of the block]`: the sums of three taps, for each word.
 */
export interface SequenceConvShape {
  readonly bases: number;
  /** Positions that a pooling reads, or that the output has. */
  readonly windows: number;
  /** Positions of a window; 1 without a pooling. */
  readonly pool: number;
  readonly taps: number;
  readonly dilation: number;
  /** Unknown bases before the first. */
  readonly left: number;
  /** Vectors of a block, and blocks. */
  readonly blockVectors: number;
  readonly blocks: number;
}

/** A convolution over letters with the activation and the pooling that directly follow it. */
export interface SequenceConvNode extends NodeBase {
  readonly kind: "sequenceConv";
  readonly shape: SequenceConvShape;
  /** Slope of the activation below zero; 1 where no activation follows. */
  readonly slope: number;
  readonly kernel: Parameter;
  readonly bias: Parameter;
  /** The tables. */
  readonly tables: number;
  /** Where the maxima of the windows came from, and bytes from one entry to the next; absent without a pooling. */
  readonly winners: { readonly address: number; readonly entryStride: number } | undefined;
  /** Address of part 0's sums of the gradients of kernel and bias, and bytes to the next part's. */
  readonly parts: { readonly kernel: number; readonly bias: number; readonly stride: number };
}

/** How filters are cut into blocks: with as few vectors of padding as possible, then as few blocks. */
export function cutBlocks(
  filters: number,
): Pick<SequenceConvShape, "blockVectors" | "blocks"> {
  const vectors = Math.ceil(filters / 4);
  let best = { blockVectors: 1, blocks: vectors };
  for (let blockVectors = 2; blockVectors <= MOST_BLOCK_VECTORS; blockVectors++) {
    const blocks = Math.ceil(vectors / blockVectors);
    // What is done once for a block takes about as long as another vector.
    if (blocks * (blockVectors + 1) <= best.blocks * (best.blockVectors + 1)) {
      best = { blockVectors, blocks };
    }
  }
  return best;
}

/** Words that the taps of a position take. */
export function countPieces({ taps }: Pick<SequenceConvShape, "taps">): number {
  return Math.ceil(taps / WORD_BASES);
}

/** Bytes between the codes of two bases of neighbouring words of a position. */
export function pieceStride({ dilation }: Pick<SequenceConvShape, "dilation">): number {
  return WORD_BASES * dilation;
}

/** Vectors of a row of all filters. */
export function countFilterVectors({ blockVectors, blocks }: SequenceConvShape): number {
  return blockVectors * blocks;
}

/** Bytes of a row of a block's table, of the block's table, and of a row of the kernel: a code of a tap. */
export function sequenceBytes(
  shape: SequenceConvShape,
): Record<"word" | "table" | "code", number> {
  const word = 16 * shape.blockVectors * countPieces(shape);
  return { word, table: WORDS * word, code: 16 * countFilterVectors(shape) };
}

/** Rows of the kernel. */
export function countKernelCodes(shape: SequenceConvShape): number {
  return WORD_BASES * countPieces(shape) * BASE_CODES;
}

/** Words of an entry: one for each place where a piece of a position may begin. */
export function countEntryWords(shape: SequenceConvShape): number {
  return shape.windows * shape.pool + (countPieces(shape) - 1) * pieceStride(shape);
}

/** Codes of an entry from the first that a word reads to the last. */
export function countEntryCodes(shape: SequenceConvShape): number {
  return countEntryWords(shape) + (WORD_BASES - 1) * shape.dilation;
}

/** Bytes of a winner. */
export function winnerBytes({ pool }: SequenceConvShape): 1 | 4 {
  return pool <= MOST_BYTE_POSITIONS ? 1 : 4;
}

/** Bytes of the winners of a window in one block: whole vectors. */
export function blockWinnerBytes(shape: SequenceConvShape): number {
  return winnerBytes(shape) === 1 ? 16 : 16 * shape.blockVectors;
}

/** Bytes of the words of an entry in scratch memory. */
export function wordBytes({ shape }: Pick<SequenceConvNode, "shape">): number {
  return 64 * Math.ceil(countEntryWords(shape) / 64);
}
