import { findFirst } from "../../base/search.ts";
import { chromosomeMatcher, matchChromosome } from "../chromosomes.ts";
import type { GeneWindows } from "../windows.ts";
import type { ContigWindows } from "./_window_counter.ts";

/** A part of a sequence, 0-based half-open. */
export interface Region {
  start: number;
  end: number;
}

/**
 * Finds the windows on each sequence of a file. Sequences without windows are left out.
 *
 * @param names The file's names of its sequences, as far as they are known.
 * @returns The windows by the file's names.
 */
export function windowsByContig(
  windows: GeneWindows,
  names: Iterable<string>,
): Map<string, ContigWindows> {
  const own = groupByContig(windows, names);
  if (windows.earlier === undefined) return own;
  const earlier = groupByContig(windows.earlier, names);
  return new Map(
    [...own.entries()].map(([name, group]) => {
      return [name, { ...group, earlierStarts: earlier.get(name)?.starts }];
    }),
  );
}

function groupByContig(windows: GeneWindows, names: Iterable<string>): Map<string, ContigWindows> {
  const match = chromosomeMatcher(names, windows.chromosomeAliases);
  const found = new Map<string, ContigWindows>();
  for (const group of windows.chromosomes) {
    const name = matchChromosome(match, group);
    if (name === undefined) continue;
    const other = found.get(name);
    found.set(name, other === undefined ? group : merge(other, group));
  }
  return found;
}

/** Merges the windows of one sequence that the genes name in two ways, such as `1` and `chr1`. */
function merge(a: ContigWindows, b: ContigWindows): ContigWindows {
  const starts = [...a.starts, ...b.starts];
  const geneIndex = [...a.geneIndex, ...b.geneIndex];
  const order = starts.map((_, i) => i).sort((i, j) => starts[i]! - starts[j]!);
  return {
    starts: Int32Array.from(order, (i) => starts[i]!),
    geneIndex: Uint32Array.from(order, (i) => geneIndex[i]!),
  };
}

/** Options of {@linkcode mergeWindows}. */
export interface MergeWindowsOptions {
  readonly widthBp: number;
  /** Bases to add on either side of each window. */
  readonly paddingBp: number;
  /**
   * Bases to add before each window, in addition.
   *
   * @default {0}
   */
  readonly leadBp?: number;
  /** Length of the sequence. */
  readonly length: number;
}

/** Returns the disjoint parts of a sequence that windows cover, in order. */
export function mergeWindows(
  { starts }: Pick<ContigWindows, "starts">,
  options: MergeWindowsOptions,
): Region[] {
  const { widthBp, paddingBp, leadBp = 0, length } = options;
  const regions: Region[] = [];
  let last: Region = { start: -1, end: -1 };
  for (const windowStart of starts) {
    const start = Math.max(0, windowStart - paddingBp - leadBp);
    const end = Math.min(length, windowStart + widthBp + paddingBp);
    if (start >= end) continue;
    if (start <= last.end) last.end = end;
    else regions.push(last = { start, end });
  }
  return regions;
}

/** Finds the first of some sorted, disjoint regions that overlaps an extent. */
export function firstOverlap(
  regions: readonly Region[],
  { start, end }: Region,
): Region | undefined {
  const region = regions[findFirst(regions.length, (i) => regions[i]!.end > start)];
  return region !== undefined && region.start < end ? region : undefined;
}
