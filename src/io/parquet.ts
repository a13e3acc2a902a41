/**
 * Writes tables as Apache Parquet.
 *
 * @module
 */

import { openSink } from "../base/open_sink.ts";
import type { ColumnSource, SchemaElement } from "hyparquet-writer";

/** What the cells of a column are. Text is UTF-8. */
export type ParquetType = "text" | "int64" | "float32" | "float64";

/** A column of a table. */
export interface ParquetColumn {
  /** Its name, different from those of the other columns. */
  readonly name: string;
  /** What its cells are. */
  readonly type: ParquetType;
  /**
   * Whether cells may be empty.
   *
   * @default {false}
   */
  readonly nullable?: boolean | undefined;
}

/** The value of a cell; `null` if it is empty. Integers of an `int64` column are numbers here, too. */
export type ParquetCell = string | number | null;

/** Some rows of a table: for each of its columns, in their order, one cell for each row, `[column][row]`. */
export type ParquetRows = readonly (readonly ParquetCell[])[];

/** The content of a file that {@linkcode writeParquet} writes. */
export interface ParquetTable {
  /** The columns, in the order of the file. */
  readonly columns: readonly ParquetColumn[];
  /** The rows; each item becomes a row group, and should have some 10,000 to 100,000 rows. */
  readonly rowGroups: Iterable<ParquetRows> | AsyncIterable<ParquetRows>;
  /**
   * Texts by name that are kept with the table, in the metadata of the file.
   *
   * @default {No metadata}
   */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

const PHYSICAL_TYPES = {
  text: "BYTE_ARRAY",
  int64: "INT64",
  float32: "FLOAT",
  float64: "DOUBLE",
} as const satisfies Record<ParquetType, SchemaElement["type"]>;

/**
 * Writes a table as a Parquet file, compressed by Snappy, one row group after another: only one is in memory. Text that
 * repeats is stored once for each row group.
 *
 * @param sink The stream to write to; closed at the end, aborted on an error.
 * @param table Columns and rows.
 * @throws {TypeError} If a row group has another number of columns than the table, or columns of different lengths, or
 * if a cell does not fit its column: it is of another type, empty without being nullable, or no safe integer.
 *
 * @example A column of text and one of numbers
 * ```ts
 * import { writeParquet } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
 * const bytes = new Response(readable).bytes();
 * await writeParquet(writable, {
 *   columns: [{ name: "gene", type: "text" }, { name: "tss", type: "int64", nullable: true }],
 *   rowGroups: [[["DPM1", "TSPAN6"], [50958531, null]]],
 * });
 * strictEqual(new TextDecoder().decode((await bytes).subarray(0, 4)), "PAR1");
 * ```
 */
export async function writeParquet(
  sink: WritableStream<Uint8Array>,
  { columns, rowGroups, metadata = {} }: ParquetTable,
): Promise<void> {
  const output = openSink(sink, "write Parquet");
  try {
    const { ByteWriter, ParquetWriter } = await import("hyparquet-writer");
    const buffer = new ByteWriter();
    const flush = async () => {
      await output.write(buffer.getBytes().slice());
      buffer.index = 0;
    };
    const kvMetadata = Object.entries(metadata).map(([key, value]) => ({ key, value }));
    const parquet = new ParquetWriter({
      writer: buffer,
      schema: [{ name: "root", num_children: columns.length }, ...columns.map(toElement)],
      ...(kvMetadata.length > 0 && { kvMetadata }),
    });
    for await (const rows of rowGroups) {
      const columnData = toColumnData(columns, rows);
      const rowGroupSize = columnData[0]?.data.length ?? 0;
      if (rowGroupSize === 0) continue;
      await parquet.write({ columnData, rowGroupSize });
      await flush();
    }
    await parquet.finish();
    await flush();
    await output.close();
  } catch (error) {
    await output.abort(error).catch(() => undefined);
    throw error;
  }
}

function toElement({ name, type, nullable = false }: ParquetColumn): SchemaElement {
  return {
    name,
    type: PHYSICAL_TYPES[type],
    repetition_type: nullable ? "OPTIONAL" : "REQUIRED",
    ...(type === "text" && { converted_type: "UTF8", logical_type: { type: "STRING" } }),
  };
}

function toColumnData(columns: readonly ParquetColumn[], rows: ParquetRows): ColumnSource[] {
  const length = rows[0]?.length ?? 0;
  if (rows.length !== columns.length || rows.some((cells) => cells.length !== length)) {
    throw new TypeError(
      `Cannot write Parquet: a row group has columns of ${
        rows.map((cells) => cells.length).join(", ")
      } cells, expected ${columns.length} columns of the same length`,
    );
  }
  return columns.map((column, i) => {
    const cells = rows[i]!;
    for (const cell of cells) checkCell(column, cell);
    const data = column.type === "int64" ? cells.map(toBigInt) : [...cells];
    return { name: column.name, data };
  });
}

function checkCell({ name, type, nullable = false }: ParquetColumn, cell: ParquetCell): void {
  const fits = cell === null
    ? nullable
    : type === "text"
    ? typeof cell === "string"
    : type === "int64"
    ? Number.isSafeInteger(cell)
    : typeof cell === "number";
  if (fits) return;
  throw new TypeError(
    `Cannot write Parquet: a cell of column "${name}" is ${JSON.stringify(cell)}, expected ${type}${
      nullable ? " or null" : ""
    }`,
  );
}

function toBigInt(cell: ParquetCell): bigint | null {
  return cell === null ? null : BigInt(cell);
}
