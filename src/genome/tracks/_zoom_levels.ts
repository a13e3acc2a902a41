/**
 * The summaries of a bigWig file at lower resolution (Kent et al. 2010, Bioinformatics 26:2204, supplement), which
 * browsers draw when they show more bases than pixels. A record sums up the values within a window; the windows of a
 * level are four times as wide as those of the level below it, and begin at multiples of their width, so that all levels
 * are made in one pass. A record reaches from the first base that has a value to the last.
 */

import type { Intervals, RawSection } from "./_section_cutter.ts";

/**
 * The windows of the finest level are about this many intervals wide, so that its records of 32 bytes take a quarter of
 * the space of the values.
 */
const INTERVALS_IN_WINDOW = 32;
/** Each level has a quarter of the resolution of the one before. */
const NEXT_LEVEL = 4;
/** The most levels that readers expect. */
export const MOST_LEVELS = 10;
const RECORD_BYTES = 32;
const RECORDS_IN_SECTION = 512;
/** The mean length of these first intervals decides on the width of the windows. */
const FIRST_INTERVALS = 2 ** 16;
/** Widths are written in 32 bits. */
const WIDEST_WINDOW = 2 ** 30;
/** A level may always have as many records. */
const FEW_RECORDS = 2 ** 16;
/** No level has more records, which bounds memory: deflated, they take about 25 MB. */
const MOST_RECORDS = 2 ** 21;

/** Bases of a chromosome, with what their values add up to. */
class Stretch {
  chromosome = 0;
  start = 0;
  end = 0;
  covered = 0;
  least = 0;
  most = 0;
  sum = 0;
  squares = 0;

  copy(other: Stretch): void {
    this.chromosome = other.chromosome;
    this.start = other.start;
    this.end = other.end;
    this.covered = other.covered;
    this.least = other.least;
    this.most = other.most;
    this.sum = other.sum;
    this.squares = other.squares;
  }

  /** Adds bases that follow. */
  extend(other: Stretch): void {
    this.end = other.end;
    this.covered += other.covered;
    if (other.least < this.least) this.least = other.least;
    if (other.most > this.most) this.most = other.most;
    this.sum += other.sum;
    this.squares += other.squares;
  }
}

/** The records of one level. */
export class ZoomLevel {
  /** Width of a window, in base pairs. */
  readonly windowBp: number;
  /** Sections that are ready, to be taken out by whoever keeps them. */
  readonly ready: RawSection[] = [];
  /** Number of records. */
  records = 0;
  readonly #next: ZoomLevel | undefined;
  readonly #open = new Stretch();
  #isOpen = false;
  /** Where the open window ends. */
  #stop = 0;
  #bytes = new DataView(new ArrayBuffer(RECORD_BYTES * RECORDS_IN_SECTION));
  #filled = 0;

  /** @param next The level above, which takes the windows of this one. */
  constructor(windowBp: number, next: ZoomLevel | undefined) {
    this.windowBp = windowBp;
    this.#next = next;
  }

  /** Returns where the window of a base ends. */
  endOfWindow(position: number): number {
    return (Math.floor(position / this.windowBp) + 1) * this.windowBp;
  }

  /** Takes bases that lie within one window. */
  add(stretch: Stretch): void {
    const open = this.#open;
    const isSame = this.#isOpen && stretch.start < this.#stop &&
      stretch.chromosome === open.chromosome;
    if (isSame) {
      open.extend(stretch);
      return;
    }
    this.close();
    open.copy(stretch);
    this.#stop = this.endOfWindow(stretch.start);
    this.#isOpen = true;
  }

  /** Ends the window that is open. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // A section may be of several chromosomes, of which a genome in the making has hundred thousands.
    if (this.#filled === RECORDS_IN_SECTION) this.#cut();
    this.#write(this.#open);
    this.#next?.add(this.#open);
  }

  /** Ends the last window and the last section. */
  finish(): void {
    this.close();
    this.#cut();
  }

  #write({ chromosome, start, end, covered, least, most, sum, squares }: Stretch): void {
    const at = RECORD_BYTES * this.#filled++;
    const view = this.#bytes;
    view.setUint32(at, chromosome, true);
    view.setUint32(at + 4, start, true);
    view.setUint32(at + 8, end, true);
    view.setUint32(at + 12, covered, true);
    view.setFloat32(at + 16, least, true);
    view.setFloat32(at + 20, most, true);
    view.setFloat32(at + 24, sum, true);
    view.setFloat32(at + 28, squares, true);
    this.records++;
  }

  #cut(): void {
    if (this.#filled === 0) return;
    const last = RECORD_BYTES * (this.#filled - 1);
    this.ready.push({
      chromosome: this.#bytes.getUint32(0, true),
      start: this.#bytes.getUint32(4, true),
      lastChromosome: this.#bytes.getUint32(last, true),
      end: this.#bytes.getUint32(last + 8, true),
      bytes: new Uint8Array(this.#bytes.buffer.slice(0, RECORD_BYTES * this.#filled)),
      effort: "well",
    });
    this.#filled = 0;
  }
}

/** Makes all levels of a file. */
export class ZoomLevels {
  readonly #longestBp: number;
  /** The levels that are made, from fine to coarse. */
  #levels: ZoomLevel[] = [];
  #waiting: { readonly chromosome: number; readonly intervals: Intervals }[] = [];
  #waitingBp = 0;
  #intervals = 0;
  readonly #part = new Stretch();

  /** @param longestBp Length of the longest chromosome. */
  constructor(longestBp: number) {
    this.#longestBp = longestBp;
  }

  /** The levels that are made, from fine to coarse; before the width of their windows is known, none. */
  get levels(): readonly ZoomLevel[] {
    return this.#levels;
  }

  /** Takes intervals that follow those before. */
  add(chromosome: number, intervals: Intervals): void {
    for (let from = 0; from < intervals.starts.length;) {
      const room = this.#levels.length > 0 ? Infinity : FIRST_INTERVALS - this.#intervals;
      const part = slicePart(intervals, from, from + room);
      if (this.#levels.length > 0) this.#addAll(chromosome, part);
      else this.#wait(chromosome, part);
      from += part.starts.length;
    }
  }

  /**
   * Ends all levels, and returns those that are worth their bytes: the finest has at most half as many records as there
   * are intervals, and each other fewer than the one before. There is always one, since some readers expect that.
   */
  finish(): readonly ZoomLevel[] {
    if (this.#levels.length === 0) this.#begin();
    const levels = this.#levels;
    for (const level of levels) level.finish();
    const first = levels.findIndex(({ records }) => 2 * records <= this.#intervals);
    return levels.slice(first < 0 ? -1 : first)
      .filter(({ records }, i, rest) => i === 0 || records < rest[i - 1]!.records)
      .slice(0, MOST_LEVELS);
  }

  #wait(chromosome: number, { starts, ends, values }: Intervals): void {
    const copy = { starts: starts.slice(), ends: ends.slice(), values: values.slice() };
    this.#waiting.push({ chromosome, intervals: copy });
    this.#intervals += starts.length;
    for (let i = 0; i < starts.length; i++) this.#waitingBp += ends[i]! - starts[i]!;
    if (this.#intervals === FIRST_INTERVALS) this.#begin();
  }

  /** Decides on the width of the windows, and takes the intervals that waited. */
  #begin(): void {
    const wantedBp = INTERVALS_IN_WINDOW * this.#waitingBp / this.#intervals;
    const widths = [Math.max(2, 2 ** Math.round(Math.log2(wantedBp)))];
    while (widths[0]! < Math.min(this.#longestBp, WIDEST_WINDOW)) {
      widths.unshift(widths[0]! * NEXT_LEVEL);
    }
    const levels: ZoomLevel[] = [];
    for (const windowBp of widths) levels.unshift(new ZoomLevel(windowBp, levels[0]));
    this.#levels = levels;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#intervals = 0;
    for (const { chromosome, intervals } of waiting) this.#addAll(chromosome, intervals);
  }

  #addAll(chromosome: number, { starts, ends, values }: Intervals): void {
    const part = this.#part;
    part.chromosome = chromosome;
    for (let i = 0; i < starts.length; i++) {
      const [value, end] = [values[i]!, ends[i]!];
      this.#intervals++;
      part.least = value;
      part.most = value;
      for (let start = starts[i]!; start < end;) {
        const level = this.#finest();
        part.start = start;
        part.end = Math.min(end, level.endOfWindow(start));
        part.covered = part.end - start;
        part.sum = part.covered * value;
        part.squares = part.sum * value;
        level.add(part);
        start = part.end;
      }
    }
  }

  /** The finest level, after one that became too fine for what it saves is dropped. */
  #finest(): ZoomLevel {
    const finest = this.#levels[0]!;
    if (finest.records <= FEW_RECORDS) return finest;
    const next = this.#levels[1];
    const isFine = finest.records <= Math.min(MOST_RECORDS, this.#intervals / 2);
    if (isFine || next === undefined) return finest;
    finest.close();
    this.#levels.shift();
    return next;
  }
}

function slicePart({ starts, ends, values }: Intervals, from: number, to: number): Intervals {
  return {
    starts: starts.subarray(from, to),
    ends: ends.subarray(from, to),
    values: values.subarray(from, to),
  };
}
