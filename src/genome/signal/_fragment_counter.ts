/** Turns the mates of proper pairs into fragments, one for each pair. */

import { FormatError } from "../../errors.ts";
import type { ReadSink } from "./_read_sink.ts";
import {
  MATE_UNMAPPED,
  PAIRED,
  PROPER_PAIR,
  SECONDARY,
  SUPPLEMENTARY,
  UNMAPPED,
} from "./sam_flags.ts";
import { LONGEST_FRAGMENT_BP, type PairsSeen } from "./track.ts";

const OF_PROPER_PAIR = PAIRED | PROPER_PAIR;
const NOT_OF_FRAGMENT = UNMAPPED | MATE_UNMAPPED | SECONDARY | SUPPLEMENTARY;

/**
 * Takes reads and passes on the fragments of their pairs. Of the two mates the one that starts the fragment has a
 * positive template length (TLEN), so nothing needs to be kept until the other one comes, wherever it lies.
 */
export class FragmentCounter {
  readonly #file: string;
  readonly #sink: Pick<ReadSink, "addFragment">;
  #reads = 0;
  #paired = 0;
  #ofProperPairs = 0;
  #tooLong = 0;

  constructor(file: string, sink: Pick<ReadSink, "addFragment">) {
    this.#file = file;
    this.#sink = sink;
  }

  /**
   * Takes a read.
   *
   * @param flags Its flags.
   * @param start Its first base on the reference.
   * @param length Its template length: positive for the mate that starts the fragment, negative for the other.
   * @param isByMate Whether its mate is on the same sequence.
   */
  add(flags: number, start: number, length: number, isByMate: boolean): void {
    this.#reads++;
    if ((flags & PAIRED) !== 0) this.#paired++;
    if ((flags & OF_PROPER_PAIR) !== OF_PROPER_PAIR || (flags & NOT_OF_FRAGMENT) !== 0) return;
    if (!isByMate) return;
    this.#ofProperPairs++;
    if (length === 0) this.#failWithoutLength(start);
    if (length < 0) return;
    if (length > LONGEST_FRAGMENT_BP) this.#tooLong++;
    else this.#sink.addFragment(start, start + length);
  }

  /** What was seen of pairs so far. */
  get seen(): PairsSeen {
    return {
      reads: this.#reads,
      paired: this.#paired,
      ofProperPairs: this.#ofProperPairs,
      tooLong: this.#tooLong,
    };
  }

  #failWithoutLength(start: number): never {
    throw new FormatError(
      `Cannot count fragments: a proper pair at base ${
        start + 1
      } has no template length (TLEN is 0), expected ` +
        "the length of the fragment: samtools fixmate adds it",
      { file: this.#file },
    );
  }
}
