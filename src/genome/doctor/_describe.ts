/** Words that several checks use. */

import { formatGene, type GeneDetails } from "../../gene_id.ts";
import type { SampleColumns } from "../../io/columns.ts";
import { listSome } from "../wording.ts";
import type { TrackStatistics } from "./_statistics.ts";

/** What is known of the genes of data besides their identifiers, by gene, where the data hold it. */
export function listGeneDetails(columns: SampleColumns): readonly (GeneDetails | undefined)[] {
  return columns.geneDetails ?? [];
}

/** `ENSG00000000419.14 DPM1, ENSG00000000457.14 SCYL3 and 2 more`, of genes named by their positions. */
export function describeGenes(columns: SampleColumns, places: readonly number[]): string {
  const details = listGeneDetails(columns);
  return listSome(places.map((place) => formatGene(columns.genes[place], details[place])));
}

/** `H3K4me3 in E003, E004 and 2 more`. */
export function describePlace(mark: string, tracks: readonly TrackStatistics[]): string {
  return `${mark} in ${listSome(tracks.map(({ cellType }) => cellType))}`;
}

/** Tracks by mark, so that what is so in many cell types is said once. */
export function groupByMark(
  tracks: readonly TrackStatistics[],
): Map<string, TrackStatistics[]> {
  return Map.groupBy(tracks, ({ mark }) => mark);
}

/** A share of 0 to 1 as `97.6%`. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
