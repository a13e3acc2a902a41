/**
 * Turns the bins of windows, which may overlap, into intervals of the genome, which do not.
 *
 * @module
 */

import type { ChromosomePlaces, PlacedWindows } from "./place_windows.ts";
import type { TrackBlock } from "./track_block.ts";

/**
 * What a track has where windows overlap: the `mean` over all of them, or the value of the `nearest`, whose TSS is
 * closest to the middle of the interval.
 */
export type OverlapRule = "mean" | "nearest";

/**
 * Every {@linkcode OverlapRule}.
 *
 * @example Whether a text names a rule
 * ```ts
 * import { OVERLAP_RULES } from "@waka/histone/genome";
 * import { ok } from "node:assert";
 *
 * ok(OVERLAP_RULES.some((rule) => rule === "nearest"));
 * ```
 */
export const OVERLAP_RULES: readonly OverlapRule[] = ["mean", "nearest"];

/** The values of a track. */
export interface WindowValues {
  /**
   * Values of all samples; that of a bin of a sample is at `(sample · bins + bin) · stride + offset`. NaN where nothing is
   * known: the track has no interval there, unless another window has a value for the mean.
   */
  readonly values: Float32Array;
  /**
   * Distance between the values of two bins.
   *
   * @default {1}
   */
  readonly stride?: number | undefined;
  /**
   * Place of the first value.
   *
   * @default {0}
   */
  readonly offset?: number | undefined;
}

const BLOCK_INTERVALS = 2 ** 14;
const LAST_POSITION = 2 ** 32 - 1;

/**
 * Lists the intervals of a track, chromosome by chromosome. Where windows do not overlap, an interval is a bin; where
 * they do, all their bins' ends cut the bases.
 *
 * @param placed The windows.
 * @param values The values of their bins.
 * @param rule What becomes of overlapping windows.
 * @returns Blocks, whose arrays are reused for the block after.
 *
 * @example Two windows that share a hundred bases
 * ```ts
 * import { placeWindows, sweepWindows } from "@waka/histone/genome";
 * import { deepStrictEqual } from "node:assert";
 *
 * const places = [
 *   { name: "a", chromosome: "chr1", tss: 500 },
 *   { name: "b", chromosome: "chr1", tss: 600 },
 * ];
 * const placed = placeWindows(places, { bins: 2, binSizeBp: 100, orientation: "genomic" });
 * const values = Float32Array.of(1, 2, 4, 8); // [sample, bin]
 * const [block] = [...sweepWindows(placed, { values }, "mean")];
 * deepStrictEqual([...block!.starts], [400, 500, 600]);
 * deepStrictEqual([...block!.values], [1, 3, 8]);
 * ```
 */
export function* sweepWindows(
  placed: PlacedWindows,
  values: WindowValues,
  rule: OverlapRule,
): Generator<TrackBlock, void, undefined> {
  const block = new BlockBuilder();
  for (const chromosome of placed.chromosomes) {
    const sweep = new Sweep(placed, chromosome, values);
    block.begin(chromosome.name);
    while (sweep.next()) {
      if (rule === "mean") block.add(sweep.start, sweep.end, sweep.mean());
      else {
        const { value, source } = sweep.nearest();
        block.add(sweep.start, sweep.end, value, source);
      }
      if (block.isFull) yield block.take();
    }
    if (block.count > 0) yield block.take();
  }
}

/** Goes along a chromosome, from each end of a bin to the next. */
class Sweep {
  /** First base of the present interval. */
  start = 0;
  /** The base after its last. */
  end = 0;
  readonly #placed: PlacedWindows;
  readonly #chromosome: ChromosomePlaces;
  readonly #values: Float32Array;
  readonly #stride: number;
  readonly #offset: number;
  readonly #stop: number;
  /** The windows that the present interval lies in. */
  readonly #active: number[] = [];
  #nextWindow = 0;
  /** Up to this base, the one window that is active shares no base with another. */
  #aloneUntil = 0;

  constructor(
    placed: PlacedWindows,
    chromosome: ChromosomePlaces,
    { values, stride = 1, offset = 0 }: WindowValues,
  ) {
    this.#placed = placed;
    this.#chromosome = chromosome;
    this.#values = values;
    this.#stride = stride;
    this.#offset = offset;
    this.#stop = Math.min(chromosome.length, LAST_POSITION);
  }

  /** Moves to the next interval, if there is one. */
  next(): boolean {
    const { bins, binSizeBp } = this.#placed;
    const { starts } = this.#chromosome;
    const active = this.#active;
    this.start = this.end;
    if (this.start + binSizeBp <= this.#aloneUntil) {
      // The next bin of a window that shares these bases with no other.
      this.end = this.start + binSizeBp;
      return true;
    }
    this.#leaveWindows();
    if (active.length === 0) {
      if (this.#nextWindow === starts.length) return false;
      this.start = Math.max(this.start, starts[this.#nextWindow]!);
    }
    while (this.#nextWindow < starts.length && starts[this.#nextWindow]! <= this.start) {
      active.push(this.#nextWindow++);
    }
    let end = Math.min(starts[this.#nextWindow] ?? this.#stop, this.#stop);
    this.#aloneUntil = active.length === 1
      ? Math.min(end, starts[active[0]!]! + bins * binSizeBp)
      : 0;
    for (let i = 0; i < active.length; i++) {
      const first = starts[active[i]!]!;
      const bin = Math.floor((this.start - first) / binSizeBp);
      end = Math.min(end, first + Math.min(bin + 1, bins) * binSizeBp);
    }
    this.end = end;
    return this.start < end;
  }

  /** Mean of the values here; NaN without any. */
  mean(): number {
    const active = this.#active;
    if (active.length === 1) return this.#values[this.#indexOf(active[0]!)]!;
    let [sum, count] = [0, 0];
    for (let i = 0; i < active.length; i++) {
      const value = this.#values[this.#indexOf(active[i]!)]!;
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
    return sum / count;
  }

  /** The value of the window whose TSS is nearest to the middle of the interval, and its place among the values. */
  nearest(): { readonly value: number; readonly source: number } {
    const { tss } = this.#chromosome;
    // Twice the middle of the interval, and of a base, so that both are integers.
    const middle = this.start + this.end;
    let best = this.#active[0]!;
    for (const window of this.#active) {
      const distance = Math.abs(2 * tss[window]! + 1 - middle);
      if (distance < Math.abs(2 * tss[best]! + 1 - middle)) best = window;
    }
    const source = this.#indexOf(best);
    return { value: this.#values[source]!, source };
  }

  #leaveWindows(): void {
    const { bins, binSizeBp } = this.#placed;
    const { starts } = this.#chromosome;
    const active = this.#active;
    let kept = 0;
    for (let i = 0; i < active.length; i++) {
      const window = active[i]!;
      if (starts[window]! + bins * binSizeBp > this.start) active[kept++] = window;
    }
    active.length = kept;
  }

  /** The place among the values of the bin of a window that holds the present interval. */
  #indexOf(window: number): number {
    const { bins, binSizeBp } = this.#placed;
    const { starts, samples, isReversed } = this.#chromosome;
    const along = Math.floor((this.start - starts[window]!) / binSizeBp);
    const bin = isReversed[window] === 1 ? bins - 1 - along : along;
    return (samples[window]! * bins + bin) * this.#stride + this.#offset;
  }
}

/** Collects intervals. */
class BlockBuilder {
  count = 0;
  readonly #starts = new Uint32Array(BLOCK_INTERVALS);
  readonly #ends = new Uint32Array(BLOCK_INTERVALS);
  readonly #values = new Float32Array(BLOCK_INTERVALS);
  #chromosome = "";
  #source = -1;

  get isFull(): boolean {
    return this.count === BLOCK_INTERVALS;
  }

  begin(chromosome: string): void {
    this.#chromosome = chromosome;
    this.#source = -1;
  }

  /**
   * Adds an interval, or makes the last one longer if both come from one bin, by its place among the values. Where there is
   * no value, there is no interval.
   */
  add(start: number, end: number, value: number, source = -1): void {
    if (Number.isNaN(value)) return;
    const last = this.count - 1;
    const isSame = source >= 0 && source === this.#source && last >= 0 &&
      this.#ends[last] === start;
    this.#source = source;
    if (isSame) {
      this.#ends[last] = end;
      return;
    }
    this.#starts[this.count] = start;
    this.#ends[this.count] = end;
    this.#values[this.count++] = value;
  }

  take(): TrackBlock {
    const { count } = this;
    this.count = 0;
    return {
      chromosome: this.#chromosome,
      starts: this.#starts.subarray(0, count),
      ends: this.#ends.subarray(0, count),
      values: this.#values.subarray(0, count),
    };
  }
}
