/** In which direction the bins of genes run. */

import { humanGeneStrand } from "../atlas/gene_chromosomes.ts";
import type { SampleColumns } from "../io/columns.ts";
import type { DataRecord } from "../record.ts";

/** How the bins of a gene run: along transcription, against it, or 0 where its strand is not known. */
export type Direction = 1 | -1 | 0;

/** The strand of each gene, `[gene]`: what the data say, else what is known of human genes; 0 where it is not known. */
export function strandsOf(
  { genes, geneDetails }: Pick<SampleColumns, "genes" | "geneDetails">,
): readonly Direction[] {
  return genes.map((id, gene) => {
    const details = geneDetails?.[gene];
    const strand = details?.strand ?? humanGeneStrand(details?.gene ?? id);
    return strand === undefined ? 0 : strand === "-" ? -1 : 1;
  });
}

/** The direction of each gene's bins, `[gene]`. */
export function directionsOf(
  strands: readonly Direction[],
  { orientation }: Pick<DataRecord, "orientation">,
): readonly Direction[] {
  return orientation === "transcript" ? strands.map(() => 1) : strands;
}
