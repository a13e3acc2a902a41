/** Genes in a table of their TSS: `gene_id chrom tss strand`, and what else is known of them. */

import type { Line } from "../io/_lines.ts";
import { type GeneRow, parsePosition } from "./_make_gene.ts";
import { isMissing } from "./_missing.ts";
import { readTableHeader } from "./_table_columns.ts";

/** The columns that a table of genes must have. */
export const TABLE_COLUMNS = ["gene_id", "chrom", "tss", "strand"] as const;
const SYMBOLS = ["symbol", "gene_name"] as const;
const TYPES = ["type", "gene_type", "gene_biotype", "biotype"] as const;
/** A table that `prepare` writes beside a data set has the numbers of genes as their ids, and the ids here. */
const ORIGINAL_ID = "original_id";
const ENTREZ_IDS = ["entrez_id", "entrezgene_id", "entrezgene"] as const;

/** Strands as tables of Ensembl's BioMart have them. */
const STRANDS: Readonly<Record<string, string>> = { "1": "+", "+1": "+", "-1": "-" };

/** Reads the rows of a table with that header. */
export function tableParser(header: Line, file: string): (line: Line, file: string) => GeneRow {
  const readRow = readTableHeader(TABLE_COLUMNS, "genes", {
    line: header,
    file,
    optional: [ORIGINAL_ID, ...SYMBOLS, ...TYPES, ...ENTREZ_IDS],
    mayBeEmpty: ["gene_id", "strand"],
  });
  return (line, file) => {
    const row = readRow(line, file);
    const first = (names: readonly string[]) =>
      names.map((name) => row[name as keyof typeof row] ?? "").find(isKnown);
    const start = parsePosition(row.tss, "tss", { line, file, least: 0 });
    return {
      id: first([ORIGINAL_ID, "gene_id"]),
      symbol: first(SYMBOLS),
      entrezId: first(ENTREZ_IDS),
      type: first(TYPES),
      chromosome: isKnown(row.chrom) ? row.chrom : "",
      start,
      end: start + 1,
      strand: STRANDS[row.strand] ?? row.strand,
      line: line.number,
    };
  };
}

/** Whether a cell says something; a point stands for nothing, as in BED. */
function isKnown(cell: string): boolean {
  return cell !== "." && !isMissing(cell);
}
