import type { FragmentCounter } from "./_fragment_counter.ts";
import { type CountOptions, USUAL_EXCLUDED_FLAGS } from "./track.ts";

/** Which reads of a file of alignments are counted, and as what. */
export interface ReadFilter {
  readonly minMappingQuality: number;
  /** Flags of which a read has none. */
  readonly excludedFlags: number;
  /** Whether unmapped reads at their mate's place count, as one base each. */
  readonly unmapped: boolean;
  /** What counts the fragments of pairs; `undefined` if reads are counted. */
  readonly fragments?: FragmentCounter | undefined;
}

/** Makes the filter that some options ask for. */
export function makeReadFilter(
  options: Pick<CountOptions, "rule" | "minMappingQuality" | "excludedFlags">,
  fragments?: FragmentCounter,
): ReadFilter {
  const { rule, minMappingQuality = 0, excludedFlags = USUAL_EXCLUDED_FLAGS } = options;
  return { minMappingQuality, excludedFlags, unmapped: rule === "reads", fragments };
}
