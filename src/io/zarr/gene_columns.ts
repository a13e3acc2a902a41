/** The columns of data frames that say what is known about genes. */

import type { GeneDetails } from "../../gene_id.ts";
import type { FrameCell, FrameKind } from "./frame.ts";

/** The columns that are always there, empty where nothing is known. */
export const GENE_COLUMNS = {
  symbol: "category",
  chrom: "category",
  tss: "nullable integer",
  strand: "category",
} as const satisfies Readonly<Record<string, FrameKind>>;

/** Whether a column `gene` is needed, since the samples are transcripts or windows of genes. */
export function hasGenes(details: Iterable<GeneDetails> = []): boolean {
  for (const { gene } of details) if (gene !== undefined) return true;
  return false;
}

/** The cells of these columns, and of `gene`. */
export function geneCells(
  details: readonly GeneDetails[],
): Readonly<Record<keyof typeof GENE_COLUMNS | "gene", FrameCell[]>> {
  return {
    symbol: details.map(({ symbol }) => symbol),
    chrom: details.map(({ chromosome }) => chromosome),
    tss: details.map(({ tss }) => tss),
    strand: details.map(({ strand }) => strand),
    gene: details.map(({ gene }) => gene),
  };
}
