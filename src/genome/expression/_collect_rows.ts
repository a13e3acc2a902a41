/** Collects the values of a table's rows by gene. */

import { formatCountOf } from "../../base/count.ts";
import type { ExpressionTransform } from "../../record.ts";
import { FormatError } from "../../errors.ts";
import type { Gene } from "../gene.ts";
import { isMissing } from "../missing.ts";
import { showName } from "../wording.ts";
import { describeAddedRows, examineAddedValues } from "./_added_rows.ts";
import { LONG_FORMAT } from "./_long_format.ts";
import type { RowGenes } from "./_row_genes.ts";
import type { ExpressionTable } from "./table.ts";

/** Options of {@linkcode collectRows}. */
export interface CollectRowsOptions {
  readonly genes: readonly Gene[];
  readonly transform?: ExpressionTransform | undefined;
}

/** The values of a table by gene. */
export interface CollectedRows {
  /** The values of each cell type, `[gene]`; NaN for genes without a value. */
  readonly columns: readonly Float64Array<ArrayBuffer>[];
  /** Messages if genes were left out because their symbol is in several rows, or are in equal rows. */
  readonly repeated: readonly string[];
  /** A message if rows were added up. */
  readonly added: readonly string[];
  /** A message if values that were added up look like logarithms. */
  readonly scale: readonly string[];
}

/** Collects the rows of genes. Throws an error with the line if a gene's row is not usable. */
export function collectRows(
  table: ExpressionTable,
  found: RowGenes,
  { genes, transform }: CollectRowsOptions,
): CollectedRows {
  const { genes: rowGenes, names, naming } = found;
  const { cellTypes, values } = table;
  const width = cellTypes.length;
  const columns = cellTypes.map(() => new Float64Array(genes.length).fill(NaN));
  const firstRow = new Int32Array(genes.length).fill(-1);
  const repeated = new Set<number>();
  const copied = new Set<number>();
  const adds = table.adds || naming === "transcript";
  const scale = adds ? examineAddedValues(table, found) : [];
  const parts = new PartCheck(table, names);
  const mayFail = table.ragged.size > 0 || table.invalid.size > 0 || transform === "log2p1";
  for (const [row, gene] of rowGenes.entries()) {
    if (gene < 0) continue;
    const name = names[row] ?? "";
    if (mayFail) checkRow(table, row, { name, transform });
    const earlier = firstRow[gene]!;
    if (adds) parts.check(row, gene);
    if (earlier < 0) firstRow[gene] = row;
    else if (!adds && naming !== "symbol") {
      checkCopy(table, [earlier, row], { names, gene: genes[gene]! });
      copied.add(gene);
      continue;
    } else if (!adds) repeated.add(gene);
    for (const [i, column] of columns.entries()) {
      const value = values[row * width + i]!;
      column[gene] = earlier < 0 ? value : column[gene]! + value;
    }
  }
  for (const gene of repeated) columns.forEach((values) => values[gene] = NaN);
  return {
    columns,
    repeated: [
      ...describeRows(repeated, IN_SEVERAL_ROWS, { table, firstRow, names }),
      ...describeRows(copied, IN_EQUAL_ROWS, { table, firstRow, names }),
    ],
    added: adds ? describeAddedRows(table, found) : [],
    scale,
  };
}

/**
 * Throws unless two rows of one gene have the same values, as where tables were joined by a key that is there twice, and
 * are no parts of it.
 */
function checkCopy(
  table: ExpressionTable,
  [earlier, row]: readonly [earlier: number, row: number],
  { names, gene }: { readonly names: readonly string[]; readonly gene: Gene },
): void {
  const { values, cellTypes: { length: width }, lines } = table;
  const [earlierName = "", name = ""] = [names[earlier], names[row]];
  // DEXSeq's parts of genes have names such as GENE:E001.
  const areParts = earlierName !== name && /[:_]E?\d+$/i.test(name);
  const areSame = (_: unknown, i: number) =>
    Object.is(values[earlier * width + i], values[row * width + i]);
  if (!areParts && table.cellTypes.every(areSame)) return;
  const was = earlierName === name ? "" : ` as "${showName(earlierName)}"`;
  const advice = areParts
    ? ". If the rows are exons or other parts, add them up to genes"
    : earlierName === name && /^(?:chr)?[XY]$/.test(gene.chromosome)
    ? ". If versions were cut off the ids with the _PAR_Y of the copies on Y, take the table from before"
    : "";
  fail(
    table,
    row,
    `gene "${name}" is in line ${lines[earlier]}${was} and in line ${
      lines[row]
    }, expected once${advice}`,
  );
}

/** Checks that rows that are added up are different parts of a gene, rather than one part in several samples. */
class PartCheck {
  readonly #table: ExpressionTable;
  readonly #parts: readonly string[];
  readonly #names: readonly string[];
  readonly #rows = new Map<string, number>();

  constructor(table: ExpressionTable, names: readonly string[]) {
    this.#table = table;
    this.#parts = table.parts ?? names;
    this.#names = names;
  }

  check(row: number, gene: number): void {
    const part = this.#parts[row] ?? "";
    if (isMissing(part) || part === "-") return;
    const key = `${gene}\t${part}`;
    const earlier = this.#rows.get(key);
    if (earlier === undefined) {
      this.#rows.set(key, row);
      return;
    }
    const { lines } = this.#table;
    fail(
      this.#table,
      row,
      `"${showName(part.replaceAll("\t", " "))}"${
        this.#table.parts === undefined ? "" : ` of gene "${showName(this.#names[row] ?? "")}"`
      } is in line ${lines[earlier]} and in line ` +
        `${lines[row]}, expected once. If ${LONG_FORMAT}`,
    );
  }
}

const IN_SEVERAL_ROWS = [
  "symbol",
  "in several rows each",
  "these genes get no expression",
] as const;
const IN_EQUAL_ROWS = [
  "gene",
  "in several rows with the same values",
  "they are taken once",
] as const;

/** Counts genes of several rows, and says what becomes of them. */
function describeRows(
  genes: ReadonlySet<number>,
  [what, where, then]: typeof IN_SEVERAL_ROWS | typeof IN_EQUAL_ROWS,
  { table, firstRow, names }: {
    readonly table: ExpressionTable;
    readonly firstRow: Int32Array;
    readonly names: readonly string[];
  },
): string[] {
  const [gene] = genes;
  if (gene === undefined) return [];
  const example = showName(names[firstRow[gene]!] ?? "");
  return [
    `${table.file}: ${formatCountOf(genes.size, what)} ${where}, such as "${example}": ${then}`,
  ];
}

interface RowPlace {
  readonly name: string;
  readonly transform?: ExpressionTransform | undefined;
}

/** Throws if a row does not have as many columns as the header, or an invalid value. */
function checkRow(table: ExpressionTable, row: number, { name, transform }: RowPlace): void {
  const { ragged, width, cellTypes, invalid, values } = table;
  const found = ragged.get(row);
  if (found !== undefined) {
    fail(table, row, `gene "${name}" has ${found} columns, expected ${width} as in the header`);
  }
  for (let i = 0; i < cellTypes.length; i++) {
    const place = row * cellTypes.length + i;
    const isNegative = transform === "log2p1" && values[place]! < 0;
    if (!isNegative && invalid.size === 0) continue;
    const text = invalid.get(place);
    const where = `gene "${name}", cell type "${cellTypes[i]}": value is`;
    if (text !== undefined) {
      fail(table, row, `${where} "${text}", expected a finite number${adviseOn(text)}`);
    }
    if (!isNegative) continue;
    fail(
      table,
      row,
      `${where} ${
        values[place]
      }, expected one >= 0 for log2p1. Values below 0 look like logarithms ` +
        "or differences already, which need no transform",
    );
  }
}

/** In files of Expression Atlas, one cell holds the distribution of the replicates. */
const FIVE_NUMBERS = /^\d[\d.eE+-]*(?:,\d[\d.eE+-]*){4}$/;

function adviseOn(text: string): string {
  if (FIVE_NUMBERS.test(text)) {
    return ". Expression Atlas writes five numbers in a cell: the least, the quartiles and the " +
      "greatest of the replicates; take the third, which is the median";
  }
  if (/^[+-]?\d{1,3}(?:,\d{3})+\.\d+$|^[+-]?\d{1,3}(?:,\d{3}){2,}$/.test(text)) {
    return ". Commas between thousands are not read: write digits alone";
  }
  if (!/^[+-]?\d+,\d+(?:e[+-]?\d+)?$/i.test(text)) return "";
  return ". Decimal commas, as R's write.csv2 writes them, are not read: write decimal points";
}

function fail({ file, lines }: ExpressionTable, row: number, found: string): never {
  throw new FormatError(`Cannot take expression: ${found}`, { file, line: lines[row] });
}
