/** Rows that are parts of genes, to be added up. */

import { formatCountOf } from "../../base/count.ts";
import { FormatError } from "../../errors.ts";
import { showName } from "../wording.ts";
import type { RowGenes } from "./_join.ts";
import type { ExpressionTable } from "./table.ts";

/** Where the rows of this share of genes have equal values, the values are those of the genes. */
const NEARLY_ALL = 0.9;

/**
 * Says that rows are added up, if any are.
 *
 * @throws {FormatError} If the values of nearly all genes with several rows are the same in all of them, as they are where
 * a table of genes was joined with their transcripts: their sum would mean nothing.
 */
export function describeAddedRows(table: ExpressionTable, rows: RowGenes): string[] {
  const { file, lines } = table;
  const genes = [...findSeveral(table, rows)];
  if (genes.length === 0) return [];
  const telling = genes.filter(([, { isZero }]) => !isZero);
  const repeated = telling.filter(([, { isSame }]) => isSame);
  // Programs that write transcripts do not write values of genes.
  if (
    table.program === undefined && repeated.length > 0 &&
    repeated.length >= NEARLY_ALL * telling.length
  ) {
    const [[, { first, second }]] = repeated;
    throw new FormatError(
      `Cannot take expression: ${repeated.length} of ${telling.length} genes with several rows have the same ` +
        `values in all of them, such as that of "${showName(rows.names[first])}" in lines ` +
        `${lines[first]} and ${
          lines[second]
        }: these are values of genes, which must not be added ` +
        "up, expected one row a gene. Keep one row of each",
      { file, line: lines[second] },
    );
  }
  // Another note says so of transcripts.
  if (rows.naming === "transcript") return [];
  const [[, { first }]] = genes;
  return [
    `${file}: ${formatCountOf(genes.length, "gene")} in several rows each, such as ` +
    `"${showName(rows.names[first])}", whose values are added up`,
  ];
}

/** What the rows of a gene are like. */
interface SeveralRows {
  readonly first: number;
  readonly second: number;
  /** Whether the values are the same in all rows. */
  isSame: boolean;
  /** Whether all values are 0 or missing, which says nothing. */
  isZero: boolean;
}

/** The genes that have several rows. */
function findSeveral(table: ExpressionTable, { genes }: RowGenes): Map<number, SeveralRows> {
  const width = table.cellTypes.length;
  const valuesOf = (row: number) => table.values.slice(row * width, (row + 1) * width);
  const firstRows = new Map<number, number>();
  const several = new Map<number, SeveralRows>();
  for (const [row, gene] of genes.entries()) {
    if (gene < 0) continue;
    const first = firstRows.get(gene);
    if (first === undefined) {
      firstRows.set(gene, row);
      continue;
    }
    const [values, others] = [valuesOf(first), valuesOf(row)];
    const found = several.get(gene) ?? { first, second: row, isSame: true, isZero: true };
    several.set(gene, found);
    found.isSame &&= values.every((value, i) => Object.is(value, others[i]));
    found.isZero &&= [...values, ...others].every((value) => !(Math.abs(value) > 0));
  }
  return several;
}
