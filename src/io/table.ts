/**
 * Writes tables of named columns: as text between tabs or commas, as JSON lines, or as Apache Parquet.
 *
 * @module
 */

import { quoteCsv } from "../base/csv.ts";
import { type ParquetCell, type ParquetRows, type ParquetType, writeParquet } from "./parquet.ts";
import { formatFloat32 } from "./submission.ts";

/** How {@linkcode writeTable} writes a table. */
export type TableFormat = "tsv" | "csv" | "jsonl" | "parquet";

/** Every {@linkcode TableFormat}. */
export const TABLE_FORMATS: readonly TableFormat[] = ["tsv", "csv", "jsonl", "parquet"];

/** What the cells of a column are. A float is written with the fewest digits that give it back. */
export type TableKind = "text" | "integer" | "float32" | "float64";

/** A column of a table. */
export interface TableColumn {
  /** Its name, different from those of the other columns. */
  readonly name: string;
  /** What its cells are. */
  readonly kind: TableKind;
  /**
   * Whether cells may be empty.
   *
   * @default {false}
   */
  readonly nullable?: boolean | undefined;
}

/** The value of a cell; `undefined` if it is empty. */
export type TableCell = string | number | undefined;

/** The cells of a row, in the order of the columns. */
export type TableRow = readonly TableCell[];

/** The content and the format of a table that {@linkcode writeTable} writes. */
export interface Table {
  /** The columns, in the order of the file. */
  readonly columns: readonly TableColumn[];
  /** Some rows at a time, which alone are in memory; Parquet gathers 65,536 of them. */
  readonly blocks: Iterable<readonly TableRow[]> | AsyncIterable<readonly TableRow[]>;
  /**
   * Cells between tabs; cells between commas, quoted as in RFC 4180; a JSON object a line; or Apache Parquet.
   *
   * @default {"tsv"}
   */
  readonly format?: TableFormat | undefined;
  /**
   * Texts by name that are kept in the metadata of a Parquet file.
   *
   * @default {No metadata}
   */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Rows of a row group of Parquet. */
const GROUP_ROWS = 65_536;
/** Text is written in pieces of about this length. */
const PIECE_CHARACTERS = 1 << 16;

/**
 * Writes a table, some rows at a time. Text tables have a header, and an empty cell where a value is not known; JSON has
 * `null` there.
 *
 * @param sink The stream to write to; closed at the end, aborted on an error.
 * @param table Columns, rows and format.
 * @throws {TypeError} If a cell does not fit its column, a row has another number of cells than the table, or a cell
 * between tabs holds a tab or a line end.
 * @throws {RangeError} If the format is unknown, or a number is NaN or infinite.
 *
 * @example Two rows, one with an empty cell
 * ```ts
 * import { writeTable } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 * await writeTable(writable, {
 *   columns: [{ name: "gene", kind: "text" }, { name: "effect", kind: "float32", nullable: true }],
 *   blocks: [[["DPM1", 0.1]], [["FGR", undefined]]],
 *   format: "csv",
 * });
 * strictEqual(await text, "gene,effect\nDPM1,0.1\nFGR,\n");
 * ```
 */
export async function writeTable(
  sink: WritableStream<Uint8Array>,
  { columns, blocks, format = "tsv", metadata }: Table,
): Promise<void> {
  if (!TABLE_FORMATS.includes(format)) {
    const error = new RangeError(
      `Cannot write table: format is "${format}", expected one of ${TABLE_FORMATS.join(", ")}`,
    );
    await sink.abort(error).catch(() => undefined);
    throw error;
  }
  if (format === "parquet") {
    const described = columns.map(({ name, kind, nullable }) => {
      return { name, type: PARQUET_TYPES[kind], nullable };
    });
    const rowGroups = toRowGroups(checkBlocks(blocks, columns), columns.length);
    await writeParquet(sink, { columns: described, rowGroups, metadata });
  } else {
    await writeText(sink, columns, { blocks: checkBlocks(blocks, columns), format });
  }
}

const PARQUET_TYPES: Readonly<Record<TableKind, ParquetType>> = {
  text: "text",
  integer: "int64",
  float32: "float32",
  float64: "float64",
};

async function* checkBlocks(
  blocks: Table["blocks"],
  columns: readonly TableColumn[],
): AsyncGenerator<readonly TableRow[], void, undefined> {
  for await (const rows of blocks) {
    for (const row of rows) checkRow(row, columns);
    yield rows;
  }
}

function checkRow(row: TableRow, columns: readonly TableColumn[]): void {
  if (row.length !== columns.length) {
    throw new TypeError(
      `Cannot write table: a row has ${row.length} cells, expected ${columns.length}, one for each column`,
    );
  }
  for (let place = 0; place < row.length; place++) checkCell(row, columns[place]!, place);
}

function checkCell(row: TableRow, { name, kind, nullable }: TableColumn, place: number): void {
  const cell = row[place];
  if (cell === undefined ? nullable === true : (typeof cell === "string") === (kind === "text")) {
    if (typeof cell !== "number") return;
    const value = kind === "float32" ? Math.fround(cell) : cell;
    if (kind === "integer" ? Number.isSafeInteger(value) : Number.isFinite(value)) return;
    throw new RangeError(
      `Cannot write table: ${name} of ${describeRow(row)} is ${cell}, expected a finite ${
        kind === "integer" ? "integer" : kind === "float32" ? "float32" : "number"
      }`,
    );
  }
  throw new TypeError(
    `Cannot write table: ${name} of ${describeRow(row)} is ${
      cell === undefined ? "empty" : cell
    }, expected ${kind === "text" ? "text" : "a number"}`,
  );
}

/** The first texts of a row, by which people find it. */
function describeRow(row: TableRow): string {
  const texts = row.filter((cell) => typeof cell === "string" && cell !== "").slice(0, 2);
  return texts.length === 0 ? "a row" : texts.map((text) => JSON.stringify(text)).join(", ");
}

async function* toRowGroups(
  blocks: AsyncIterable<readonly TableRow[]>,
  width: number,
): AsyncGenerator<ParquetRows, void, undefined> {
  const start = () => Array.from({ length: width }, (): ParquetCell[] => []);
  let group = start();
  let rows = 0;
  for await (const block of blocks) {
    for (const row of block) {
      for (let place = 0; place < width; place++) group[place]!.push(row[place] ?? null);
      rows++;
      if (rows < GROUP_ROWS) continue;
      yield group;
      group = start();
      rows = 0;
    }
  }
  if (rows > 0) yield group;
}

async function writeText(
  sink: WritableStream<Uint8Array>,
  columns: readonly TableColumn[],
  { blocks, format }: {
    readonly blocks: AsyncIterable<readonly TableRow[]>;
    readonly format: Exclude<TableFormat, "parquet">;
  },
): Promise<void> {
  const writer = sink.getWriter();
  const encoder = new TextEncoder();
  const { header, line } = STYLES[format];
  try {
    let text = header(columns);
    for await (const rows of blocks) {
      for (const row of rows) text += line(columns, row);
      if (text.length < PIECE_CHARACTERS) continue;
      await writer.write(encoder.encode(text));
      text = "";
    }
    await writer.write(encoder.encode(text));
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
}

interface TextStyle {
  /** The first line, with its end; empty if the format has none. */
  readonly header: (columns: readonly TableColumn[]) => string;
  /** The line of a row, with its end. */
  readonly line: (columns: readonly TableColumn[], row: TableRow) => string;
}

const STYLES: Readonly<Record<Exclude<TableFormat, "parquet">, TextStyle>> = {
  tsv: cellStyle(joinByTabs),
  csv: cellStyle((cells) => `${cells.map(quoteCsv).join(",")}\n`),
  jsonl: { header: () => "", line: formatObject },
};

/** A style in which a row is its cells, empty for what is not known. */
function cellStyle(join: (cells: readonly string[]) => string): TextStyle {
  return {
    header: (columns) => join(columns.map(({ name }) => name)),
    line: (columns, row) =>
      join(
        row.map((cell, place) =>
          typeof cell === "number" ? formatNumber(cell, columns[place]!.kind) : cell ?? ""
        ),
      ),
  };
}

function joinByTabs(cells: readonly string[]): string {
  const bad = cells.find((cell) => /[\t\r\n]/.test(cell));
  if (bad !== undefined) {
    throw new TypeError(
      `Cannot write table: ${JSON.stringify(bad)}, in the row of ${
        describeRow(cells)
      }, holds a tab or a line end, expected a cell between tabs`,
    );
  }
  return `${cells.join("\t")}\n`;
}

/** A row as a JSON object with a name for each column; what is not known is null. */
function formatObject(columns: readonly TableColumn[], row: TableRow): string {
  const fields = columns.map(({ name, kind }, place) => {
    const cell = row[place] ?? null;
    const text = typeof cell === "number" ? formatNumber(cell, kind) : JSON.stringify(cell);
    return `${JSON.stringify(name)}:${text}`;
  });
  return `{${fields.join(",")}}\n`;
}

function formatNumber(value: number, kind: TableKind): string {
  return kind === "float32" ? formatFloat32(value) : String(value);
}
