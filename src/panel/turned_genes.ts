/**
 * Which genes are turned round, so that bins run in the direction of transcription. It needs the list of human genes, which
 * is large: import it dynamically wherever the browser page starts, or the page loads the list before anyone asks for it.
 *
 * @module
 */

import { humanGeneStrand } from "../atlas/gene_chromosomes.ts";
import type { SampleColumns } from "../io/columns.ts";
import type { ReferencePanel } from "./panel.ts";
import { placeGenes } from "./place_genes.ts";

/**
 * Finds the genes whose windows are turned round before they are summarised, so that a summary runs in the direction of
 * transcription: those on the minus strand, of data whose bins are in genomic direction. The strand is what the data say,
 * else what is known of human genes; a gene whose strand is not known stays as it is.
 *
 * @param columns The data.
 * @returns 1 for each gene to turn, 0 for the others, `[gene]`.
 */
export function turnedGenes(
  { genes, geneDetails, record }: SampleColumns,
): Uint8Array<ArrayBuffer> {
  const isGenomic = record.orientation === "genomic";
  return Uint8Array.from(genes, (id, gene) => {
    if (!isGenomic) return 0;
    const details = geneDetails?.[gene];
    return (details?.strand ?? humanGeneStrand(details?.gene ?? id)) === "-" ? 1 : 0;
  });
}

/**
 * The genes of a data set whose windows are turned round: as in the panel for those that it has, so that a sample and its
 * references run in one direction.
 *
 * @param panel The panel.
 * @param columns The data.
 * @returns 1 for each gene to turn, `[gene]`.
 */
export function turnedInPanel(
  { genes, turned }: Pick<ReferencePanel, "genes" | "turned">,
  columns: SampleColumns,
): Uint8Array<ArrayBuffer> {
  const own = turnedGenes(columns);
  for (const [gene, place] of placeGenes(genes, columns.genes).entries()) {
    if (place >= 0) own[gene] = turned[place]!;
  }
  return own;
}
