import { LARGEST_POSITION } from "../largest_position.ts";
import type { ContigWindows } from "./_window_counter.ts";
import { mergeWindows, type Region } from "./_contig_windows.ts";
import { firstPast } from "./_first_past.ts";

/**
 * Keeps one bit for each base of a sequence's windows, which is set if the base has a value. So overlapping rows are
 * found wherever they are in the file.
 */
export class CoveredBases {
  readonly #regions: readonly Region[];
  readonly #ends: Int32Array;
  /** Index of the first bit of each region. */
  readonly #offsets: Float64Array;
  #bits: Uint32Array | undefined;
  readonly #length: number;
  /** The first region that ends past the start of the last row. */
  #cursor = 0;

  constructor(windows: ContigWindows, widthBp: number) {
    this.#regions = mergeWindows(windows, { widthBp, paddingBp: 0, length: LARGEST_POSITION });
    this.#ends = Int32Array.from(this.#regions, ({ end }) => end);
    this.#offsets = new Float64Array(this.#regions.length);
    let length = 0;
    for (const [i, { start, end }] of this.#regions.entries()) {
      this.#offsets[i] = length;
      length += end - start;
    }
    this.#length = length;
  }

  /** Takes the bases `[start, end)`. Returns the first base that was already taken, or -1. */
  add(start: number, end: number): number {
    const regions = this.#regions;
    this.#cursor = firstPast(this.#ends, start, this.#cursor);
    for (let i = this.#cursor; i < regions.length; i++) {
      const region = regions[i]!;
      if (region.start >= end) break;
      const offset = this.#offsets[i]!;
      const from = start > region.start ? start - region.start : 0;
      const to = Math.min(end, region.end) - region.start;
      const taken = this.#set(offset + from, offset + to);
      if (taken >= 0) return taken - offset + region.start;
    }
    return -1;
  }

  /** Sets bits. Returns the first one that was already set, or -1. */
  #set(from: number, to: number): number {
    const bits = this.#bits ??= new Uint32Array(Math.ceil(this.#length / 32));
    for (let at = from; at < to;) {
      const low = at & 31;
      const count = Math.min(32 - low, to - at);
      const mask = count === 32 ? -1 : ((1 << count) - 1) << low;
      const taken = bits[at >>> 5]! & mask;
      if (taken !== 0) return at - low + 31 - Math.clz32(taken & -taken);
      bits[at >>> 5]! |= mask;
      at += count;
    }
    return -1;
  }
}
