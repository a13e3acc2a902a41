/** Where on the sequences of a file of alignments reads are counted. */

import type { Contig } from "../chromosomes.ts";
import type { GeneWindows } from "../windows.ts";
import { intervalsOn } from "./blacklist.ts";
import { mergeWindows, type Region, windowsByContig } from "./_contig_windows.ts";
import { IntervalCursor, type MergedIntervals } from "./intervals.ts";
import type { ReadSink } from "./_read_sink.ts";
import { type CountOptions, LONGEST_FRAGMENT_BP } from "./track.ts";
import type { ContigWindows, WindowCounter } from "./_window_counter.ts";

/** A contig with its length, which files of alignments always have. */
export type SizedContig = Required<Contig>;

/** A sequence that has windows. */
export interface TargetContig {
  readonly windows: ContigWindows;
  /** Length of the sequence, in base pairs. */
  readonly length: number;
  /** Where reads lie that may count, disjoint and by ascending start. */
  readonly regions: readonly Region[];
  /** The intervals whose reads are left out. */
  readonly leftOut: MergedIntervals | undefined;
}

/** Finds the sequences that have windows, by their numbers in the file, in ascending order. */
export function findTargets(
  contigs: readonly SizedContig[],
  windows: GeneWindows,
  { extendBp = 0, fragments = false, blacklist }: CountOptions,
): Map<number, TargetContig> {
  const onContigs = windowsByContig(windows, contigs.map(({ name }) => name));
  const widthBp = windows.bins * windows.binSizeBp;
  // The mate that starts a fragment stands for it, and may lie this far before the bases that the fragment adds.
  const leadBp = fragments ? LONGEST_FRAGMENT_BP : 0;
  const targets = new Map<number, TargetContig>();
  for (const [contig, { name, length }] of contigs.entries()) {
    const own = onContigs.get(name);
    if (own === undefined) continue;
    targets.set(contig, {
      windows: own,
      length,
      regions: mergeWindows(own, { widthBp, paddingBp: extendBp, leadBp, length }),
      leftOut: intervalsOn(blacklist, name, windows.chromosomeAliases),
    });
  }
  return targets;
}

/** Makes a sequence the one that the next reads lie on. */
export function selectTarget(
  { windows, length, leftOut }: TargetContig,
  { counter, sink }: { readonly counter: WindowCounter; readonly sink: ReadSink },
): void {
  counter.select(windows);
  sink.contigLength = length;
  sink.leftOut = leftOut && new IntervalCursor(leftOut);
}
