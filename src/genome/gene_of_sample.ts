/** The title of a column in tables of genes: the gene of which a transcript or a window is a sample. */
export const GENE_OF_SAMPLE = "of_gene";
