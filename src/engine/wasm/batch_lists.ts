/**
 * A gathered batch as the threads that write it see it: plain arrays, in shared memory where several threads do.
 *
 * @module
 */

import type { InputSpec } from "../../model/spec.ts";
import { entrySize } from "../sample_source.ts";
import { roundUp, type Tensor } from "./layout.ts";
import type { Plan } from "./plan/types.ts";

/** Entries of an input. */
export interface ListedInput {
  readonly spec: InputSpec;
  /** `[entry, …shape of one]` */
  readonly values: Float32Array;
  /** `[sample]` or `[sample, reference]` */
  readonly entryOf: Uint32Array;
  /** Of sequences `[entry, base]` in place of the values, see {@linkcode codesStride}: a byte each. */
  readonly codes: Uint8Array | undefined;
}

/** Bytes from the codes of a sequence to the next one's: tables of letters copy four at a time. */
export function codesStride(sequence: InputSpec): number {
  return roundUp(entrySize(sequence), 4);
}

/** Entries of a chain of an encoder, and where they are used. */
export interface ListedChain {
  /** `[entry]`: number of the input among the batch's that it is read from, and its number there. */
  readonly inputOf: Uint8Array;
  readonly entryOf: Uint32Array;
  /** `[entry]`: the entry of the chain before that it is computed from, if the chain follows another. */
  readonly before: Int32Array;
  /** `[entry]`: the sample and the reference that it belongs to; where samples share entries, nobody asks. */
  readonly samples: Int32Array;
  readonly references: Int32Array;
  /** `[entry + 1]`: where in `uses` those of an entry begin. */
  readonly starts: Int32Array;
  /** Addresses of the derivatives with respect to each use, entry by entry. */
  readonly uses: Int32Array;
}

/** What a branch reads. */
export interface ListedBranch {
  /** `[sample, use]`: addresses of the rows of a sample's entries. */
  readonly rows: Int32Array;
  /** `[sample, place]`: numbers of the entries; filled for an explanation only. */
  readonly entryOf: Int32Array;
}

/** A batch, and the lists by which a plan's chains and join read it. */
export interface BatchLists {
  readonly inputs: readonly ListedInput[];
  readonly chains: readonly ListedChain[];
  readonly branches: readonly ListedBranch[];
  /** `[sample]`: number of references. */
  readonly counts: Int32Array;
}

/** A range of a chain's entries, or of the samples of a model without branches, that one thread writes. */
export interface EntryRange {
  /** Number of the chain among those of all encoders. */
  readonly chain: number;
  readonly start: number;
  readonly count: number;
}

/** What one thread writes: entries, or the lists of all chains and branches. */
export type Piece = EntryRange | "lists";

/** Bytes that a piece has, unless an entry alone has more: it is written in some ten microseconds. */
const PIECE_BYTES = 65536;

/**
 * Cuts a batch into pieces, which threads write at the same time.
 *
 * @param plan What reads it.
 * @param entries Entries of each chain of the encoders, then the number of samples.
 * @param except A chain whose entries are written otherwise.
 */
export function cutPieces(
  { encoders, join, head }: Plan,
  entries: readonly number[],
  except?: number,
): Piece[] {
  if (join === undefined) return except === 0 ? [] : cutEntries(0, entries[0]!, head.input);
  const ofChains = encoders.flatMap(({ input }, chain) =>
    chain === except ? [] : cutEntries(chain, entries[chain]!, input)
  );
  return [...ofChains, "lists"];
}

function cutEntries(chain: number, entries: number, { sampleStride }: Tensor): EntryRange[] {
  const size = Math.max(1, Math.floor(PIECE_BYTES / sampleStride));
  return Array.from({ length: Math.ceil(entries / size) }, (_, piece) => {
    const start = piece * size;
    return { chain, start, count: Math.min(size, entries - start) };
  });
}
