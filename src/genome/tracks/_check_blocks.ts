/** Checks what is to be written to a track, so that no program refuses the file or reads other values from it. */

import { isPlainLine } from "../../base/printable.ts";
import { showValue } from "../../base/show_value.ts";
import type { Contig } from "../chromosomes.ts";
import type { TrackBlock, TrackSummary } from "./track_block.ts";

/** Positions are written in 32 bits. */
const LARGEST_LENGTH = 2 ** 32 - 1;
const LONGEST_NAME = 1000;

/** What is written, for messages. */
export type TrackFormat = "bigWig" | "bedGraph";

/**
 * Throws unless chromosomes can be those of a track.
 *
 * @throws {RangeError} If a name is unusable or repeated, or a length is not an integer from 1 to 4,294,967,295.
 */
export function checkChromosomes(chromosomes: readonly Required<Contig>[], format: TrackFormat) {
  const names = new Set<string>();
  for (const { name, length } of chromosomes) {
    const what = `Cannot write ${format}: chromosome ${showValue(name)}`;
    if (!isTrackName(name)) {
      throw new RangeError(`${what} has an unusable name, expected one word`);
    }
    if (names.has(name)) throw new RangeError(`${what} is listed twice`);
    if (!Number.isInteger(length) || length < 1 || length > LARGEST_LENGTH) {
      throw new RangeError(
        `${what} has ${length} bp, expected an integer from 1 to ${LARGEST_LENGTH}`,
      );
    }
    names.add(name);
  }
}

/** Lines of a bedGraph file that begin so hold no values. */
const OTHER_LINE = /^(?:#|track$|browser$)/;

/** Whether a name can stand in a line of a bedGraph file, whose cells are separated by blanks. */
function isTrackName(name: string): boolean {
  return name.length > 0 && name.length <= LONGEST_NAME && isPlainLine(name) &&
    !/\s/.test(name) && !OTHER_LINE.test(name);
}

/** Checks blocks in the order in which they are written, and adds up what they hold. */
export class BlockChecker {
  readonly #format: TrackFormat;
  readonly #chromosomes: readonly Required<Contig>[] | undefined;
  /** The chromosomes that are known, or those that had a block, with their places. */
  readonly #places: Map<string, number>;
  #place = -1;
  #end = 0;
  #intervals = 0;
  #coveredBp = 0;
  #least = Infinity;
  #most = -Infinity;
  #sum = 0;
  #sumOfSquares = 0;

  /** @param chromosomes The chromosomes in the order of the track, if their lengths are known. */
  constructor(format: TrackFormat, chromosomes?: readonly Required<Contig>[]) {
    this.#format = format;
    this.#chromosomes = chromosomes;
    if (chromosomes !== undefined) checkChromosomes(chromosomes, format);
    this.#places = new Map(chromosomes?.map(({ name }, place) => [name, place]));
  }

  /**
   * Checks a block.
   *
   * @returns The place of its chromosome among the chromosomes.
   * @throws {TypeError} If its arrays differ in length.
   * @throws {RangeError} If it does not follow what was written before, or holds an interval or a value that a track
   * cannot have.
   */
  check(block: TrackBlock): number {
    const { starts, ends, values } = block;
    if (ends.length !== starts.length || values.length !== starts.length) {
      throw new TypeError(
        `Cannot write ${this.#format}: a block has ${starts.length} starts, ${ends.length} ends and ` +
          `${values.length} values, expected as many of each`,
      );
    }
    const place = this.#placeOf(block.chromosome);
    const length = this.#chromosomes?.[place]?.length ?? LARGEST_LENGTH;
    let end = this.#end;
    for (let i = 0; i < starts.length; i++) {
      const [start, value] = [starts[i]!, values[i]!];
      const isSound = start >= end && ends[i]! > start && ends[i]! <= length &&
        Number.isFinite(value);
      if (!isSound) this.#refuse(block, i, { end, length });
      end = ends[i]!;
      this.#add(end - start, value);
    }
    this.#end = end;
    this.#intervals += starts.length;
    return place;
  }

  /**
   * Returns what all blocks hold.
   *
   * @throws {RangeError} If they hold no interval.
   */
  finish(): TrackSummary {
    if (this.#intervals === 0) {
      throw new RangeError(
        `Cannot write ${this.#format}: there are no intervals, expected at least one`,
      );
    }
    return {
      intervals: this.#intervals,
      coveredBp: this.#coveredBp,
      least: this.#least,
      most: this.#most,
      sum: this.#sum,
      sumOfSquares: this.#sumOfSquares,
    };
  }

  #add(bases: number, value: number): void {
    this.#coveredBp += bases;
    if (value < this.#least) this.#least = value;
    if (value > this.#most) this.#most = value;
    this.#sum += bases * value;
    this.#sumOfSquares += bases * value * value;
  }

  #placeOf(chromosome: string): number {
    const place = this.#places.get(chromosome) ?? this.#admit(chromosome);
    if (place < this.#place) {
      throw new RangeError(
        `Cannot write ${this.#format}: ${chromosome} comes after a later chromosome, expected the blocks of ` +
          "one chromosome together, in the order of the chromosomes",
      );
    }
    if (place > this.#place) this.#end = 0;
    this.#place = place;
    return place;
  }

  /** Takes a chromosome that was not named before, where lengths are not known. */
  #admit(chromosome: string): number {
    const what = `Cannot write ${this.#format}: chromosome ${showValue(chromosome)}`;
    if (this.#chromosomes !== undefined) {
      throw new RangeError(
        `${what} has no length, expected one of the ${this.#chromosomes.length} chromosomes`,
      );
    }
    if (!isTrackName(chromosome)) {
      throw new RangeError(`${what} has an unusable name, expected one word`);
    }
    const place = this.#places.size;
    this.#places.set(chromosome, place);
    return place;
  }

  #refuse(
    { chromosome, starts, ends, values }: TrackBlock,
    i: number,
    { end, length }: { readonly end: number; readonly length: number },
  ): never {
    const what = `Cannot write ${this.#format}: the interval ${chromosome}:${starts[i]}-${ends[i]}`;
    if (ends[i]! <= starts[i]!) throw new RangeError(`${what} has no bases`);
    if (starts[i]! < end) {
      throw new RangeError(
        `${what} starts before base ${end}, where the one before it ends: intervals must ascend and not overlap`,
      );
    }
    if (ends[i]! > length) {
      throw new RangeError(`${what} ends after the chromosome, which has ${length} bp`);
    }
    throw new RangeError(`${what} has the value ${values[i]}, expected a finite number`);
  }
}
