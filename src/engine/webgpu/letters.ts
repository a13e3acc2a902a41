/**
 * Letters of DNA on the GPU. An entry of the input `sequence` is uploaded as its codes, four bits each, and no kernel
 * makes a one-hot array of it if the first layer that reads it is a convolution whose neighbouring taps are neighbouring
 * letters: see `ops/letters.ts`.
 *
 * @module
 */

import type { Encoder, ModelGraph } from "../../model/graph.ts";
import { groupChain, type LayerGroup } from "../layer_groups.ts";

/** Codes of a 32-bit word, the first in its lowest bits. */
const CODES_OF_WORD = 8;
/** The widest convolution whose window fits into two words of {@linkcode LETTERS_OF_PIECE} pieces. */
const LARGEST_WIDTH = 16;
/** Letters that a table has sums of. */
export const LETTERS_OF_PIECE = 3;

/** Where a convolution finds the letters that it reads. */
export interface LetterSource {
  /** Name of the buffer of the codes: `[model, entry, word]` u32. */
  readonly codes: string;
  /** Words of an entry. */
  readonly words: number;
  /** Entries of a model that there is room for. */
  readonly entries: number;
  /** Name of the buffer of the encoder's items, which says the entry of each. */
  readonly items: string;
}

/** Words of the codes of an entry. */
export function countWords(bases: number): number {
  return Math.ceil(bases / CODES_OF_WORD);
}

/**
 * Packs the codes of entries, each from a word of its own on.
 *
 * @param codes `[entry, base]`, each below 16.
 * @param bases Codes of an entry.
 * @param words Receives them: `[entry, word]`.
 */
export function packCodes(
  codes: ArrayLike<number>,
  { bases, words }: { readonly bases: number; readonly words: Uint32Array },
): void {
  let word = 0;
  for (let entry = 0; entry < codes.length; entry += bases) {
    const end = entry + bases;
    for (let first = entry; first < end; first += CODES_OF_WORD) {
      let packed = 0;
      for (let i = Math.min(end, first + CODES_OF_WORD) - 1; i >= first; i--) {
        packed = packed << 4 | codes[i]!;
      }
      words[word++] = packed;
    }
  }
}

/** WGSL for the code at place `i` of an entry whose words begin at `words`. */
export function loadCodeWgsl(words: string, i: string): string {
  return `(codes[${words} + (${i}) / ${CODES_OF_WORD}u] >> (4u * ((${i}) % ${CODES_OF_WORD}u))) & 15u`;
}

/** Whether the first layer of an encoder can look letters up, so that nothing has to make them one-hot. */
export function readsLetters(graph: ModelGraph, { branches, layers: [first] }: Encoder): boolean {
  return first?.type === "conv1d" && first.dilation === 1 && first.width <= LARGEST_WIDTH &&
    branches.every((branch) => graph.inputs[graph.branches[branch]!.input]!.name === "sequence");
}

/**
 * Groups the layers of an encoder that looks letters up: the first convolution takes the pooling after it whatever the
 * size, since it keeps one maximum at a time.
 */
export function groupLetters(encoder: Encoder, largestPool: number): LayerGroup[] {
  const [first, ...others] = groupChain(encoder);
  if (first === undefined || others.length === 0) return first === undefined ? [] : [first];
  const rest = groupChain(encoder, largestPool);
  return [first, ...rest.filter(({ layer }) => layer >= others[0]!.layer)];
}
