/** Examines and describes rows that are parts of genes and are added up. */

import { formatCount, formatCountOf } from "../../base/count.ts";
import { FormatError } from "../../errors.ts";
import { showName } from "../wording.ts";
import type { RowGenes } from "./_row_genes.ts";
import { areLikeLogarithms } from "./_scale.ts";
import type { ExpressionTable } from "./table.ts";

/** If this share of genes has equal values in all rows, the values are those of genes. */
const NEARLY_ALL = 0.9;

/**
 * Says that rows are added up, if there are any.
 *
 * @throws {FormatError} If nearly all genes with several rows have the same values in all of them, as in a table of
 * genes that was joined with their transcripts: their sum would be meaningless.
 */
export function describeAddedRows(table: ExpressionTable, rows: RowGenes): string[] {
  const { file, lines } = table;
  const genes = [...findSeveral(table, rows).values()];
  const telling = genes.filter(({ isZero }) => !isZero);
  const repeated = telling.filter(({ isSame }) => isSame);
  const nameOf = (row: number) => showName(rows.names[row] ?? "");
  const [gene] = genes;
  const [example] = repeated;
  if (gene === undefined) return [];
  // Programs that write transcripts do not write values of genes.
  if (
    table.program === undefined && example !== undefined &&
    repeated.length >= NEARLY_ALL * telling.length
  ) {
    const { first, second } = example;
    throw new FormatError(
      `Cannot take expression: ${formatCount(repeated.length)} of ${
        formatCount(telling.length)
      } genes with several rows have the same ` +
        `values in all of them, such as that of "${nameOf(first)}" in lines ` +
        `${lines[first]} and ${
          lines[second]
        }: these are values of genes, which must not be added ` +
        "up, expected one row for each gene. Keep one row of each gene",
      { file, line: lines[second] },
    );
  }
  // Another note says that transcripts are added up.
  if (rows.naming === "transcript") return [];
  return [
    `${file}: ${formatCountOf(genes.length, "gene")} in several rows each, such as ` +
    `"${nameOf(gene.first)}", whose values are added up`,
  ];
}

/**
 * Examines the scale of values that are to be added up: a sum of logarithms is the logarithm of a product.
 *
 * @returns A warning if the values look like logarithms. Programs that write transcripts write none.
 * @throws {FormatError} If a value is negative, as only logarithms and differences are.
 */
export function examineAddedValues(table: ExpressionTable, rows: RowGenes): string[] {
  const width = table.cellTypes.length;
  const places = [...rows.genes.keys()].filter((row) => rows.genes[row]! >= 0);
  // Nothing is added up if each row is that of a gene of its own.
  if (places.length <= rows.found) return [];
  const values = new Float64Array(places.length * width);
  for (const [i, row] of places.entries()) {
    values.set(table.values.slice(row * width, (row + 1) * width), i * width);
  }
  const negative = values.findIndex((value) => value < 0);
  if (negative >= 0) {
    failNegative(table, { rows, row: places[Math.floor(negative / width)]!, i: negative % width });
  }
  if (table.program !== undefined || !areLikeLogarithms(values)) return [];
  return [
    `${table.file}: the values that are added up to genes look like logarithms, whose sum means nothing. ` +
    LINEAR_VALUES,
  ];
}

const LINEAR_VALUES = "Give linear values, such as TPM, or a table of genes";

function failNegative(
  { file, lines, cellTypes, values }: ExpressionTable,
  { rows, row, i }: { readonly rows: RowGenes; readonly row: number; readonly i: number },
): never {
  throw new FormatError(
    `Cannot add up expression: "${showName(rows.names[row] ?? "")}" has ${
      values[row * cellTypes.length + i]
    } in cell type "${cellTypes[i]}", expected values of 0 or more, since the rows of a gene are ` +
      `added up. Values below 0 look like logarithms or differences. ${LINEAR_VALUES}`,
    { file, line: lines[row] },
  );
}

/** The rows of a gene. */
interface SeveralRows {
  readonly first: number;
  readonly second: number;
  /** Whether the values are the same in all rows. */
  isSame: boolean;
  /** Whether all values are 0 or missing, and so show nothing. */
  isZero: boolean;
}

/** Finds the genes that have several rows. */
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
