/** The values of a table's rows by gene. */

import { formatCountOf } from "../../_count.ts";
import type { ExpressionTransform } from "../../record.ts";
import { FormatError } from "../../errors.ts";
import type { Gene } from "../gene.ts";
import { showName } from "../_wording.ts";
import type { RowGenes } from "./_join.ts";
import type { ExpressionTable } from "./table.ts";

/** What {@linkcode collectRows} needs besides the table. */
export interface CollectRowsOptions {
  readonly genes: readonly Gene[];
  readonly transform?: ExpressionTransform;
}

/** Values of a table by gene. */
export interface CollectedRows {
  /** For each cell type the values `[gene]`; NaN where there is none. */
  readonly columns: readonly Float64Array<ArrayBuffer>[];
  /** One message if genes were left out, since their symbol stands in several rows. */
  readonly repeated: readonly string[];
}

/** Puts rows where their genes are; throws, with the line, if a row that is a gene's cannot be used. */
export function collectRows(
  table: ExpressionTable,
  { genes: rowGenes, names, naming }: RowGenes,
  { genes, transform }: CollectRowsOptions,
): CollectedRows {
  const { cellTypes, values, lines } = table;
  const width = cellTypes.length;
  const columns = cellTypes.map(() => new Float64Array(genes.length).fill(NaN));
  const firstRow = new Int32Array(genes.length).fill(-1);
  const repeated = new Set<number>();
  const adds = table.adds || naming === "transcript";
  const mayFail = table.ragged.size > 0 || table.invalid.size > 0 || transform === "log2p1";
  for (const [row, gene] of rowGenes.entries()) {
    if (gene < 0) continue;
    if (mayFail) checkRow(table, row, { name: names[row], transform });
    const earlier = firstRow[gene];
    if (earlier < 0) firstRow[gene] = row;
    else if (!adds && naming !== "symbol") {
      fail(
        table,
        row,
        `gene "${names[row]}" stands in line ${lines[earlier]} and in line ${
          lines[row]
        }, expected once`,
      );
    } else if (!adds) repeated.add(gene);
    for (let i = 0; i < width; i++) {
      const value = values[row * width + i];
      columns[i][gene] = earlier < 0 ? value : columns[i][gene] + value;
    }
  }
  for (const gene of repeated) columns.forEach((values) => values[gene] = NaN);
  return { columns, repeated: describeRepeated(repeated, { table, firstRow, names }) };
}

function describeRepeated(
  repeated: ReadonlySet<number>,
  { table, firstRow, names }: {
    readonly table: ExpressionTable;
    readonly firstRow: Int32Array;
    readonly names: readonly string[];
  },
): string[] {
  if (repeated.size === 0) return [];
  const [gene] = repeated;
  return [
    `${table.file}: ${formatCountOf(repeated.size, "symbol")} in several rows each, such as ` +
    `"${showName(names[firstRow[gene]])}": these genes get no expression`,
  ];
}

interface RowPlace {
  readonly name: string;
  readonly transform?: ExpressionTransform;
}

/** Throws if a row has other columns than the header, or a value that is none. */
function checkRow(table: ExpressionTable, row: number, { name, transform }: RowPlace): void {
  const { ragged, width, cellTypes, invalid, values } = table;
  const found = ragged.get(row);
  if (found !== undefined) {
    fail(table, row, `gene "${name}" has ${found} columns, expected ${width} as in the header`);
  }
  for (let i = 0; i < cellTypes.length; i++) {
    const place = row * cellTypes.length + i;
    const isNegative = transform === "log2p1" && values[place] < 0;
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

function adviseOn(text: string): string {
  if (!/^[+-]?\d+,\d+(?:e[+-]?\d+)?$/i.test(text)) return "";
  return ". Decimal commas, as R's write.csv2 writes them, are not read: write decimal points";
}

function fail({ file, lines }: ExpressionTable, row: number, found: string): never {
  throw new FormatError(`Cannot take expression: ${found}`, { file, line: lines[row] });
}
