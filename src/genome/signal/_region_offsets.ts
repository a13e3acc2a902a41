/**
 * Between which places of a sorted file the records of a region lie, from the bins of its index. The bins of higher
 * levels hold the few records that cross boundaries, from all over the file; without these bounds all would be read.
 */

import { findFirst } from "../../base/search.ts";
import { compareOffsets, type VirtualOffset } from "./bgzf.ts";
import type { Region } from "./_contig_windows.ts";

/** What an index says about a bin. */
export interface BinOffsets {
  /** Where the bin's first record starts. */
  readonly first: VirtualOffset;
  /** Where the first record starts that overlaps the bin or lies after it, if the index says so for each bin. */
  readonly lowest: VirtualOffset | undefined;
}

/** Number of the first bin in a level. */
export function firstBin(level: number): number {
  return (8 ** level - 1) / 7;
}

/** The bins of one sequence. */
export class BinPlaces {
  readonly #bins: ReadonlyMap<number, BinOffsets>;
  readonly #shift: number;
  readonly #firstLeaf: number;
  readonly #allBins: number;

  constructor(
    bins: ReadonlyMap<number, BinOffsets>,
    { minShift, depth }: { readonly minShift: number; readonly depth: number },
  ) {
    this.#bins = bins;
    this.#shift = minShift;
    this.#firstLeaf = firstBin(depth);
    this.#allBins = firstBin(depth + 1);
  }

  /** A place before which no record overlaps `start` or lies after it; `undefined` if the bins do not say. */
  lowest(start: number): VirtualOffset | undefined {
    for (let bin = this.#leafOf(start);;) {
      const lowest = this.#bins.get(bin)?.lowest;
      if (lowest !== undefined || bin === 0) return lowest;
      // The bin to the left, or the parent if no bin to the left has the same parent.
      bin = bin % 8 === 1 ? (bin - 1) / 8 : bin - 1;
    }
  }

  /** A place from which on all records start at `end` or after it; `undefined` if the bins do not say. */
  highest(end: number): VirtualOffset | undefined {
    let bin = this.#leafOf(end - 1) + 1;
    if (bin >= this.#allBins) return undefined;
    for (;; bin++) {
      while (bin % 8 === 1) bin = (bin - 1) / 8;
      if (bin === 0) return undefined;
      const first = this.#bins.get(bin)?.first;
      if (first !== undefined) return first;
    }
  }

  #leafOf(position: number): number {
    const leaf = this.#firstLeaf + Math.floor(position / 2 ** this.#shift);
    return Math.min(leaf, this.#allBins - 1);
  }
}

/** The bounds of some regions, disjoint and by ascending start. */
export class RegionOffsets {
  readonly #regions: readonly Region[];
  readonly #lowest: VirtualOffset[];
  readonly #highest: (VirtualOffset | undefined)[];

  /** Takes a function that finds a region's bounds. */
  constructor(
    regions: readonly Region[],
    find: (region: Region) => {
      readonly lowest: VirtualOffset;
      readonly highest: VirtualOffset | undefined;
    },
  ) {
    this.#regions = regions;
    const found = regions.map(find);
    this.#lowest = found.map(({ lowest }) => lowest);
    this.#highest = found.map(({ highest }) => highest);
    // What holds for a later region holds for those before it, so both ascend.
    for (let i = regions.length - 2; i >= 0; i--) {
      if (compareOffsets(this.#lowest[i]!, this.#lowest[i + 1]!) > 0) {
        this.#lowest[i] = this.#lowest[i + 1]!;
      }
      if (isBefore(this.#highest[i + 1], this.#highest[i])) this.#highest[i] = this.#highest[i + 1];
    }
  }

  /** Whether a chunk of a bin may hold a record of a region. */
  mayHold(
    chunk: { readonly minv: VirtualOffset; readonly maxv: VirtualOffset },
    extent: Region,
  ): boolean {
    const regions = this.#regions;
    const overlapping = findFirst(regions.length, (i) => regions[i]!.end > extent.start);
    const reached = findFirst(regions.length, (i) => isBefore(chunk.minv, this.#highest[i]));
    const region = Math.max(overlapping, reached);
    return region < regions.length && regions[region]!.start < extent.end &&
      compareOffsets(chunk.maxv, this.#lowest[region]!) > 0;
  }
}

/** Whether a place is before another one, where `undefined` is after all. */
function isBefore(a: VirtualOffset | undefined, b: VirtualOffset | undefined): boolean {
  if (a === undefined) return false;
  return b === undefined || compareOffsets(a, b) < 0;
}
