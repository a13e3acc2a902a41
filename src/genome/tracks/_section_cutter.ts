/**
 * Cuts intervals into the sections of a bigWig file (Kent et al. 2010, Bioinformatics 26:2204, supplement). A section
 * holds up to 1,024 intervals of one chromosome in the shortest of three forms: equal intervals at equal distances
 * (values alone), equal intervals (starts and values), or any (starts, ends and values). Where the cuts are depends on
 * the intervals alone, never on the blocks in which they came.
 */

import type { Bytes } from "../../base/bytes.ts";
import type { Effort } from "./_deflate.ts";

/** A section before it is deflated. */
export interface RawSection {
  /** Place of the chromosome, or of the first one. */
  readonly chromosome: number;
  /** The first base on it. */
  readonly start: number;
  /** Place of the last chromosome. */
  readonly lastChromosome: number;
  /** The base after the last on it. */
  readonly end: number;
  readonly bytes: Bytes;
  /** How hard to deflate it. */
  readonly effort: Effort;
}

/** Intervals of one chromosome. */
export interface Intervals {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly values: Float32Array;
}

/** The most intervals of a section, as UCSC's programs have it. */
const MOST_ITEMS = 1024;
/** Fewer equal intervals than these are cheaper in a section with others, since each section costs some 60 bytes. */
const SHORTEST_RUN = 48;
const HEADER_BYTES = 24;
const BED_GRAPH = 1;
const VARIABLE_STEP = 2;
const FIXED_STEP = 3;
/** Intervals that wait, of which the last `MOST_ITEMS` are needed to see how long a run is. */
const CAPACITY = 8 * MOST_ITEMS;

/** Cuts intervals, which come chromosome by chromosome. */
export class SectionCutter {
  /** Sections that are ready, to be taken out by whoever writes them. */
  readonly ready: RawSection[] = [];
  readonly #starts = new Uint32Array(CAPACITY);
  readonly #ends = new Uint32Array(CAPACITY);
  readonly #values = new Float32Array(CAPACITY);
  #chromosome = 0;
  #waiting = 0;

  /** Takes intervals that follow those before. */
  add(chromosome: number, { starts, ends, values }: Intervals): void {
    if (chromosome !== this.#chromosome) this.finish();
    this.#chromosome = chromosome;
    for (let from = 0; from < starts.length;) {
      const to = Math.min(starts.length, from + CAPACITY - this.#waiting);
      this.#starts.set(starts.subarray(from, to), this.#waiting);
      this.#ends.set(ends.subarray(from, to), this.#waiting);
      this.#values.set(values.subarray(from, to), this.#waiting);
      this.#waiting += to - from;
      from = to;
      if (this.#waiting === CAPACITY) this.#cut(CAPACITY - MOST_ITEMS);
    }
  }

  /** Cuts what waits. */
  finish(): void {
    this.#cut(this.#waiting);
  }

  /**
   * Cuts sections, the last of which starts before `stop`. With fewer intervals than a section can have after `stop`, no
   * more must follow.
   */
  #cut(stop: number): void {
    let first = 0;
    let at = 0;
    while (at < stop) {
      const run = this.#runFrom(at);
      if (run >= SHORTEST_RUN) {
        this.#emit(first, at);
        this.#emit(at, at + run);
        at += run;
        first = at;
        continue;
      }
      // The last interval of a short run may be the first of a longer one.
      at += Math.max(1, run - 1);
      if (at - first >= MOST_ITEMS) {
        at = first + MOST_ITEMS;
        this.#emit(first, at);
        first = at;
      }
    }
    if (stop === this.#waiting) {
      this.#emit(first, at);
      first = at;
    }
    for (const array of [this.#starts, this.#ends, this.#values]) {
      array.copyWithin(0, first, this.#waiting);
    }
    this.#waiting -= first;
  }

  /** The number of intervals from `at` that have one length and one distance, at most `MOST_ITEMS`. */
  #runFrom(at: number): number {
    const [starts, ends] = [this.#starts, this.#ends];
    const stop = Math.min(this.#waiting, at + MOST_ITEMS);
    if (at + 1 >= stop) return stop - at;
    const span = ends[at]! - starts[at]!;
    const step = starts[at + 1]! - starts[at]!;
    let next = at + 1;
    while (
      next < stop && starts[next]! - starts[next - 1]! === step &&
      ends[next]! - starts[next]! === span
    ) next++;
    return next - at;
  }

  /** Makes a section of the intervals from `first` to before `last`. */
  #emit(first: number, last: number): void {
    if (last === first) return;
    const [starts, ends, values] = [this.#starts, this.#ends, this.#values];
    const count = last - first;
    const { type, step, span } = this.#formOf(first, last);
    const itemBytes = type === FIXED_STEP ? 4 : type === VARIABLE_STEP ? 8 : 12;
    const bytes = new Uint8Array(HEADER_BYTES + count * itemBytes);
    const view = new DataView(bytes.buffer);
    const section: RawSection = {
      chromosome: this.#chromosome,
      start: starts[first]!,
      lastChromosome: this.#chromosome,
      end: ends[last - 1]!,
      bytes,
      effort: type === FIXED_STEP ? "quickly" : "well",
    };
    const head = [section.chromosome, section.start, section.end, step, span];
    head.forEach((value, i) => view.setUint32(4 * i, value, true));
    view.setUint8(20, type);
    view.setUint16(22, count, true);
    for (let i = first, at = HEADER_BYTES; i < last; i++) {
      if (type !== FIXED_STEP) view.setUint32(at, starts[i]!, true);
      if (type === BED_GRAPH) view.setUint32(at + 4, ends[i]!, true);
      at += itemBytes;
      view.setFloat32(at - 4, values[i]!, true);
    }
    this.ready.push(section);
  }

  /** The shortest form of a section. */
  #formOf(
    first: number,
    last: number,
  ): { readonly type: number; readonly step: number; readonly span: number } {
    const [starts, ends] = [this.#starts, this.#ends];
    const span = ends[first]! - starts[first]!;
    for (let i = first + 1; i < last; i++) {
      if (ends[i]! - starts[i]! !== span) return { type: BED_GRAPH, step: 0, span: 0 };
    }
    if (this.#runFrom(first) < last - first) return { type: VARIABLE_STEP, step: 0, span };
    // Of a single interval there is no distance to the next.
    const step = last - first > 1 ? starts[first + 1]! - starts[first]! : span;
    return { type: FIXED_STEP, step, span };
  }
}
