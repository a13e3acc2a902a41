/** Writes tables a group of rows at a time, as text or as Parquet. */

import { openSink } from "../base/open_sink.ts";
import { quoteCsv } from "../base/csv.ts";
import {
  type ParquetCell,
  type ParquetColumn,
  type ParquetRows,
  type ParquetTable,
  writeParquet,
} from "./parquet.ts";
import { formatFloat32 } from "./submission.ts";

/** How {@linkcode writeRowTable} writes a table. */
export type RowFormat = "tsv" | "csv" | "jsonl" | "parquet";

/** Every {@linkcode RowFormat}. */
export const ROW_FORMATS: readonly RowFormat[] = ["tsv", "csv", "jsonl", "parquet"];

/** The text is written in pieces of about this length. */
const PIECE_CHARACTERS = 1 << 16;

/**
 * Writes a table as cells between tabs, as cells between commas (RFC 4180), as a JSON object a line, or as Parquet, one
 * group of rows after another: only one is in memory. An empty cell is empty text, or `null`. A number of a `float32` column
 * has the fewest digits that give it back.
 *
 * @param sink The stream to write to; closed at the end, aborted on an error.
 * @param table Columns and rows. Its metadata are kept in Parquet only.
 * @param options The format.
 * @throws {TypeError} If a row group has another number of columns than the table, a cell of text holds a tab or a line end
 * where cells are between tabs, or a number is not finite.
 */
export async function writeRowTable(
  sink: WritableStream<Uint8Array>,
  table: ParquetTable,
  { format }: { readonly format: RowFormat },
): Promise<void> {
  if (format === "parquet") return await writeParquet(sink, table);
  const writer = openSink(sink, "write table");
  const encoder = new TextEncoder();
  let text = "";
  const flush = async () => {
    await writer.write(encoder.encode(text));
    text = "";
  };
  try {
    const { header, line } = STYLES[format](table.columns);
    text = header;
    for await (const rows of table.rowGroups) {
      const length = lengthOf(table.columns, rows);
      for (let row = 0; row < length; row++) {
        text += line(rows, row);
        if (text.length >= PIECE_CHARACTERS) await flush();
      }
    }
    await flush();
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
}

function lengthOf(columns: readonly ParquetColumn[], rows: ParquetRows): number {
  const length = rows[0]?.length ?? 0;
  if (rows.length === columns.length && rows.every((cells) => cells.length === length)) {
    return length;
  }
  throw new TypeError(
    `Cannot write table: a group of rows has columns of ${
      rows.map((cells) => cells.length).join(", ")
    } cells, expected ${columns.length} columns of the same length`,
  );
}

/** A form of text. */
interface TextStyle {
  /** The first line, with its end; empty if the form has none. */
  readonly header: string;
  /** A row as a line, with its end. */
  readonly line: (rows: ParquetRows, row: number) => string;
}

const STYLES: Readonly<
  Record<Exclude<RowFormat, "parquet">, (columns: readonly ParquetColumn[]) => TextStyle>
> = {
  tsv: (columns) => cellStyle(columns, { separator: "\t", escape: refuseTabs }),
  csv: (columns) => cellStyle(columns, { separator: ",", escape: quoteCsv }),
  jsonl: objectStyle,
};

function cellStyle(
  columns: readonly ParquetColumn[],
  { separator, escape }: {
    readonly separator: string;
    readonly escape: (cell: string) => string;
  },
): TextStyle {
  return {
    header: `${columns.map(({ name }) => escape(name)).join(separator)}\n`,
    line(rows, row) {
      let text = "";
      for (let column = 0; column < columns.length; column++) {
        const cell = rows[column]![row]!;
        if (column > 0) text += separator;
        if (typeof cell === "string") text += escape(cell);
        else if (cell !== null) text += formatNumber(cell, columns[column]!);
      }
      return `${text}\n`;
    },
  };
}

function objectStyle(columns: readonly ParquetColumn[]): TextStyle {
  const names = columns.map(({ name }) => JSON.stringify(name));
  const format = (cell: ParquetCell, column: ParquetColumn) =>
    typeof cell === "number" ? formatNumber(cell, column) : JSON.stringify(cell);
  return {
    header: "",
    line: (rows, row) =>
      `{${
        columns.map((column, i) => `${names[i]}:${format(rows[i]![row]!, column)}`).join(",")
      }}\n`,
  };
}

function formatNumber(value: number, { name, type }: ParquetColumn): string {
  if (!Number.isFinite(type === "float32" ? Math.fround(value) : value)) {
    throw new TypeError(
      `Cannot write table: a cell of column "${name}" is ${value}, expected a finite ${type}`,
    );
  }
  // Text has no negative zero.
  return type === "float32" ? formatFloat32(value + 0) : String(value + 0);
}

function refuseTabs(cell: string): string {
  if (!/[\t\r\n]/.test(cell)) return cell;
  throw new TypeError(
    `Cannot write table: ${
      JSON.stringify(cell)
    } holds a tab or a line end, which cells between tabs cannot`,
  );
}
