import { LARGEST_POSITION } from "../largest_position.ts";
import type { ContigWindows } from "./_window_counter.ts";
import { mergeWindows, type Region } from "./_contig_windows.ts";

/** The search tries this many regions one by one before it becomes a binary search. */
const LONGEST_WALK = 8;

/**
 * Keeps one bit for each base of a sequence's windows, which is set if the base has a value. So overlapping rows are
 * found wherever they are in the file.
 */
export class CoveredBases {
  readonly #regions: readonly Region[];
  /** Index of the first bit of each region. */
  readonly #offsets: Float64Array;
  #bits: Uint32Array | undefined;
  readonly #length: number;
  /** The first region that ends past the start of the last row. */
  #cursor = 0;

  constructor(windows: ContigWindows, widthBp: number) {
    this.#regions = mergeWindows(windows, { widthBp, paddingBp: 0, length: LARGEST_POSITION });
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
    this.#seek(start);
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

  /** Moves the cursor to the first region that ends past `position`. */
  #seek(position: number): void {
    const regions = this.#regions;
    let low = this.#cursor;
    if (low > 0 && regions[low - 1]!.end > position) low = 0;
    for (const stop = low + LONGEST_WALK; low < stop; low++) {
      if (low === regions.length || regions[low]!.end > position) {
        this.#cursor = low;
        return;
      }
    }
    let high = regions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (regions[middle]!.end > position) high = middle;
      else low = middle + 1;
    }
    this.#cursor = low;
  }
}
