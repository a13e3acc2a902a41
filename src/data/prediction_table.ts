import { checkSink } from "../base/open_sink.ts";
import { checkObject } from "../base/check_object.ts";
import type { ParquetRows } from "../io/parquet.ts";
import { ROW_FORMATS, type RowFormat, writeRowTable } from "../io/row_table.ts";
import {
  numberColumns,
  type PredictionColumn,
  predictionColumns,
  type PredictionValues,
} from "./_prediction_columns.ts";
import { checkDataset } from "./check_dataset.ts";
import type { Dataset } from "./dataset.ts";

export type { PredictionRegime, PredictionValues } from "./_prediction_columns.ts";

/** How {@linkcode writePredictionTable} writes a table. */
export type PredictionFormat = RowFormat;

/** Every {@linkcode PredictionFormat}. */
export const PREDICTION_FORMATS: readonly PredictionFormat[] = ROW_FORMATS;

/** The content and the format of a table that {@linkcode writePredictionTable} writes. */
export interface PredictionTable extends PredictionValues {
  /**
   * Cells between tabs; cells between commas, quoted as in RFC 4180; a JSON object a line; or Apache Parquet.
   *
   * @default {"tsv"}
   */
  readonly format?: PredictionFormat | undefined;
  /**
   * Texts by name that say where the predictions come from; kept in the metadata of a Parquet file.
   *
   * @default {No metadata}
   */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** Rows of a row group of Parquet. */
const GROUP_ROWS = 65_536;

/**
 * Writes predictions as a table with one row for each sample: its cell type, what the data know about its gene, and
 * the prediction. The columns are `cell_type gene_id symbol chrom tss strand prediction`, then `spread`, `low` and `high`,
 * `measured` with `residual` (measured − predicted), `regime` (`new gene`, `new cell type`, `both new` or `both
 * trained`) and `unlike`, where they are given. If samples are transcripts, or windows, of genes, a column
 * `gene` precedes the prediction. What is not known is an empty cell, or `null`; `tss` is
 * 0-based. Numbers are float32 with the fewest digits that give them back, and so are measured values unless some of
 * them need float64. The table is written piece by piece.
 *
 * @param sink The stream to write to; closed at the end, aborted on an error.
 * @param data The samples.
 * @param table The predictions, and how the table is written.
 * @throws {TypeError} If there are no predictions or no `Dataset`, predictions and samples differ in number, or a name cannot be written in the table.
 * @throws {RangeError} If the format is unknown, or a number is NaN or infinite; the message has its gene and cell type.
 *
 * @example A table of one sample
 * ```ts
 * import { Dataset, writePredictionTable } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 1, genes: 1, bins: 2 }).train);
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 * await writePredictionTable(writable, data, { predictions: [0.5], measured: [2], format: "csv" });
 * strictEqual((await text).split("\n")[1], `E065,${data.geneOf(0)},,,,,0.5,2,1.5`);
 * ```
 */
export async function writePredictionTable(
  sink: WritableStream<Uint8Array>,
  data: Dataset,
  table: PredictionTable,
): Promise<void> {
  checkSink(sink, "write predictions");
  let columns: PredictionColumn[];
  const { format = "tsv", metadata, ...values } = table ?? {};
  try {
    const [action, expected] = ["write predictions", "an object with predictions"];
    checkObject(table, { action, as: "the table", expected });
    checkDataset(data, action);
    checkObject(values.predictions, {
      action,
      as: "predictions",
      expected: "a number for each sample",
    });
    if (!PREDICTION_FORMATS.includes(format)) {
      throw new RangeError(
        `Cannot write predictions: format is "${format}", expected one of ${
          PREDICTION_FORMATS.join(", ")
        }`,
      );
    }
    columns = predictionColumns(data, numberColumns(data, values), values);
  } catch (error) {
    await sink.abort(error).catch(() => undefined);
    throw error;
  }
  await writeRowTable(sink, { columns, rowGroups: rowGroupsOf(columns, data.length), metadata }, {
    format,
  });
}

function* rowGroupsOf(
  columns: readonly PredictionColumn[],
  length: number,
): Generator<ParquetRows, void, undefined> {
  for (let start = 0; start < length; start += GROUP_ROWS) {
    const count = Math.min(GROUP_ROWS, length - start);
    yield columns.map(({ valueAt }) =>
      Array.from({ length: count }, (_, row) => valueAt(start + row) ?? null)
    );
  }
}
