/**
 * Where Roadmap Epigenomics' public files lie.
 *
 * @module
 */

/** The host of Roadmap Epigenomics' public files. */
export const ROADMAP_HOST = "egg2.wustl.edu";

/** The address below which Roadmap Epigenomics' public files lie; paths of {@linkcode roadmapPath} follow it. */
export const ROADMAP_URL: string = `https://${ROADMAP_HOST}/roadmap/data/`;

/** The marks of the competition, in the order of its columns. */
export const ROADMAP_MARKS: readonly string[] = [
  "H3K27me3",
  "H3K36me3",
  "H3K4me1",
  "H3K4me3",
  "H3K9me3",
];

/** A table of Roadmap's: the positions of genes, or their expression in RPKM in 57 samples. */
export type RoadmapTable = "genes" | "expression";

const EXPRESSION_FOLDER = "byDataType/rna/expression";

const TABLES: Readonly<Record<RoadmapTable, string>> = {
  genes: `${EXPRESSION_FOLDER}/Ensembl_v65.Gencode_v10.ENSG.gene_info`,
  expression: `${EXPRESSION_FOLDER}/57epigenomes.RPKM.pc.gz`,
};

/**
 * Finds a file in Roadmap's tree.
 *
 * @param file A table, or a cell type and a mark, whose consolidated alignments (reads of 36 bp on hg19, at most 30
 * million of them) are meant.
 * @returns The file's path below {@linkcode ROADMAP_URL}, and below the root of a local copy.
 *
 * @example The alignments of H3K4me3 in H1 cells
 * ```ts
 * import { ROADMAP_URL, roadmapPath } from "@waka/histone/atlas";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(
 *   ROADMAP_URL + roadmapPath({ cellType: "E003", mark: "H3K4me3" }),
 *   "https://egg2.wustl.edu/roadmap/data/byFileType/alignments/consolidated/E003-H3K4me3.tagAlign.gz",
 * );
 * ```
 */
export function roadmapPath(
  file: RoadmapTable | { readonly cellType: string; readonly mark: string },
): string {
  if (typeof file === "string") return TABLES[file];
  return `byFileType/alignments/consolidated/${file.cellType}-${file.mark}.tagAlign.gz`;
}
