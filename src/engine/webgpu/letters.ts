/**
 * Letters of DNA on the GPU. An entry of the input `sequence` is uploaded as its codes, four bits each, and no kernel
 * makes a one-hot array of it if the first layer that reads it is a convolution whose neighbouring taps are
 * neighbouring letters: see `ops/letters.ts`.
 *
 * @module
 */

import type { Encoder, ModelGraph } from "../../model/graph.ts";
import { lettersOf } from "../gathered_letters.ts";
import { groupChain, type LayerGroup } from "../layer_groups.ts";
import type { GatheredInput } from "../sample_source.ts";

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

/** Packs the sequences of a batch into memory that the next batch uses again. */
export class LetterPacker {
  readonly #bases: number;
  /** The codes of one sequence, a byte each, and the same four at a time, the first in the lowest bits. */
  readonly #codes: Uint8Array<ArrayBuffer>;
  readonly #fours: Uint32Array;
  readonly #words: Uint32Array<ArrayBuffer>;

  /** Takes memory for `entries` sequences of `bases` letters. */
  constructor(bases: number, entries: number) {
    const words = countWords(bases);
    this.#bases = bases;
    this.#codes = new Uint8Array(CODES_OF_WORD * words);
    this.#fours = new Uint32Array(this.#codes.buffer);
    this.#words = new Uint32Array(words * entries);
  }

  /** The codes of a gathered batch, `[entry, word]`, each entry from a word of its own on. */
  pack(input: GatheredInput): Uint32Array<ArrayBuffer> {
    const bases = this.#bases;
    const letters = lettersOf(input);
    let word = 0;
    for (let entry = 0; entry < input.entries; entry++) {
      if (letters !== undefined) letters.table.copy(letters.numbers[entry]!, this.#codes);
      else this.#codes.set(input.values.subarray(entry * bases, (entry + 1) * bases));
      for (let four = 0; four < this.#fours.length; four += 2) {
        this.#words[word++] = packFour(this.#fours[four]!) |
          packFour(this.#fours[four + 1]!) << 16;
      }
    }
    return this.#words.subarray(0, word);
  }
}

/** Four codes of eight bits each as four of four bits. */
function packFour(codes: number): number {
  return codes & 15 | codes >>> 4 & 0xf0 | codes >>> 8 & 0xf00 | codes >>> 12 & 0xf000;
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
