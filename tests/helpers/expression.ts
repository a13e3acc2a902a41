/** Shared by the tests of expression: three genes, and their expression from a text. */

import type { Gene } from "../../src/genome/gene.ts";
import {
  type LabelledGenes,
  matchExpression,
  type MatchExpressionOptions,
} from "../../src/genome/expression/labels.ts";
import {
  readExpressionTable,
  type ReadExpressionTableOptions,
} from "../../src/genome/expression/table.ts";
import { textSource } from "./text_source.ts";

/** Genes as in an annotation with symbols and Entrez numbers. */
export const THREE_GENES: readonly Gene[] = [
  { id: "ENSG00000000419.14", symbol: "DPM1", entrezId: "8813" },
  { id: "ENSG00000000457.14", symbol: "SCYL3", entrezId: "57147" },
  { id: "ENSG00000000460.17", symbol: "FIRRM", entrezId: "55732" },
].map((gene, i) => ({ ...gene, chromosome: "chr1", tss: 1000 * i, strand: "+", line: i + 1 }));

/** Options of {@linkcode labelText}. */
export interface LabelTextOptions
  extends ReadExpressionTableOptions, Pick<MatchExpressionOptions, "transform" | "transcripts"> {
  readonly genes?: readonly Gene[];
  /** Name of the file. */
  readonly file?: string;
}

/** The expression of genes from a text; for cell type `liver` unless others are named. */
export async function labelText(
  text: string,
  { genes = THREE_GENES, file = "x.tsv", ...options }: LabelTextOptions = {},
): Promise<LabelledGenes> {
  const { cellTypes = ["liver"] } = options;
  const table = await readExpressionTable(textSource(text, file), { ...options, cellTypes });
  return await matchExpression(genes, table, { ...options, cellTypes });
}

/** The expression in liver by the digits of the genes' ids, such as `419=1.5 457=2`. */
export function showLabels({ genes, labels }: LabelledGenes, cellType = "liver"): string {
  const values = labels.get(cellType)!;
  return genes.map(({ id }, i) => `${Number(id.slice(4, 15))}=${values[i]}`).join(" ");
}
