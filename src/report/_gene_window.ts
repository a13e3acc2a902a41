/** Where the bins of a gene's page lie. */

import type { DataRecord } from "../record.ts";
import type { GenePosition } from "./gene_page_input.ts";
import type { GenomeEdge, ViewWindow } from "./viewer/window.ts";

/** The fewest bins that can be shown. */
const LEAST_BINS = 5;

/** The fewest bases of DNA that can be shown. */
const LEAST_BASES = 30;

/** Where bins are shown, and what that means for the gene. */
export interface GeneWindow {
  /** Where they lie. */
  readonly window: ViewWindow;
  /** Whether the bins are shown in the reverse of the data's order. */
  readonly isTurned: boolean;
  /** Whether the gene is known to run from left to right. */
  readonly isInGeneDirection: boolean;
}

/** Lays out the bins in the gene's direction, if that is known. */
export function layOutGene(
  { record, bins, letters }: {
    readonly record: DataRecord;
    readonly bins: number;
    readonly letters?: ArrayLike<number> | undefined;
  },
  position?: GenePosition,
): GeneWindow {
  const { binSizeBp, orientation, tss } = record;
  const half = bins * binSizeBp / 2;
  const isMinus = position?.strand === "-";
  const isTurned = orientation === "genomic" && isMinus;
  const window = {
    bins,
    binBp: binSizeBp,
    // Bins by coordinate end one base nearer to the TSS of a gene on the minus strand than those of the gene's direction.
    startBp: isTurned ? 1 - half : -half,
    centre: tss === "bed" ? "centre" : "TSS",
    genome: position === undefined ? null : genomeEdge(position, { half, isTurned }),
    leastBins: Math.min(letters === undefined ? LEAST_BINS : LEAST_BASES / binSizeBp, bins),
  };
  const isInGeneDirection = orientation === "transcript" || position !== undefined;
  return { window, isTurned, isInGeneDirection };
}

/** The coordinate of the left edge. */
function genomeEdge(
  { chromosome, tss, strand }: GenePosition,
  { half, isTurned }: { readonly half: number; readonly isTurned: boolean },
): GenomeEdge {
  if (strand === "+") return { chromosome, edge: tss - half, direction: 1 };
  return { chromosome, edge: tss + half + (isTurned ? 0 : 1), direction: -1 };
}
