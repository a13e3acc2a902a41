/** Descriptions and groups that several checks use. */

import { type Group, groupBy } from "../../base/group_by.ts";
import { formatGene, type GeneDetails } from "../../gene_id.ts";
import type { SampleColumns } from "../../io/columns.ts";
import { listSome } from "../wording.ts";
import type { TrackStatistics } from "./_statistics.ts";

/** Lists what the data hold about their genes besides identifiers, by gene. */
export function listGeneDetails(columns: SampleColumns): readonly (GeneDetails | undefined)[] {
  return columns.geneDetails ?? [];
}

/** Lists genes given by index: `ENSG00000000419.14 DPM1, ENSG00000000457.14 SCYL3 and 2 more`. */
export function describeGenes(columns: SampleColumns, genes: readonly number[]): string {
  const details = listGeneDetails(columns);
  return listSome(genes.map((gene) => formatGene(columns.genes[gene] ?? "", details[gene])));
}

/** Describes where a mark is: `H3K4me3 in E003, E004 and 2 more`. */
export function describePlace(mark: string, tracks: readonly TrackStatistics[]): string {
  return `${mark} in ${listSome(tracks.map(({ cellType }) => cellType))}`;
}

/** Groups tracks by mark, so that a finding in many cell types is reported once. */
export function groupByMark(
  tracks: readonly TrackStatistics[],
): Map<string, Group<TrackStatistics>> {
  return groupBy(tracks, ({ mark }) => mark);
}

/** Formats a share of 0 to 1 as `97.6%`. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}
