import { humanGeneStrand } from "../atlas/gene_chromosomes.ts";
import type { SampleColumns } from "../io/columns.ts";

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
