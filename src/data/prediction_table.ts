import { formatFloat32 } from "../io/submission.ts";
import type { Dataset } from "./dataset.ts";

const COLUMNS = ["cell_type", "gene_id", "symbol", "chrom", "tss", "strand", "prediction"];
/** The text is written in pieces of about this length. */
const PIECE_CHARACTERS = 1 << 16;

/** The content and the format of a table that {@linkcode writePredictionTable} writes. */
export interface PredictionTable {
  /** One number for each sample, `[position]`. */
  readonly predictions: ArrayLike<number>;
  /** How far the members of an ensemble differ, `[position]`; adds a column `spread`. */
  readonly spread?: ArrayLike<number> | undefined;
  /**
   * The separator of the cells: tabs, or commas as in RFC 4180.
   *
   * @default {"tsv"}
   */
  readonly format?: "tsv" | "csv" | undefined;
}

/**
 * Writes predictions as a table with one line for each sample: its cell type, what the data know about its gene, and
 * the prediction. The columns are `cell_type gene_id symbol chrom tss strand prediction`, and `spread` where it is
 * given. Cells are empty where a value is not known; `tss` is 0-based. A prediction has the fewest digits that give
 * back the same float32.
 *
 * @param sink The stream to write to; closed at the end, aborted on an error.
 * @param data The samples.
 * @param table The predictions, and how the table is written.
 * @throws {TypeError} If predictions and samples differ in number, or a name cannot be written in the table.
 * @throws {RangeError} If a prediction is NaN or infinite; the message has its gene and cell type.
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
 * await writePredictionTable(writable, data, { predictions: [0.5], format: "csv" });
 * strictEqual((await text).split("\n")[1], `E065,${data.geneOf(0)},,,,,0.5`);
 * ```
 */
export async function writePredictionTable(
  sink: WritableStream<Uint8Array>,
  data: Dataset,
  { predictions, spread, format = "tsv" }: PredictionTable,
): Promise<void> {
  const writer = sink.getWriter();
  try {
    for (const values of [predictions, spread ?? predictions]) {
      if (values.length === data.length) continue;
      throw new TypeError(
        `Cannot write predictions: ${values.length} for ${data.length} samples, expected one for each`,
      );
    }
    const formatLine = format === "csv" ? formatCsvLine : formatTabbedLine;
    const encoder = new TextEncoder();
    let text = formatLine(spread === undefined ? COLUMNS : [...COLUMNS, "spread"]);
    for (let position = 0; position < data.length; position++) {
      const values = [predictions[position], ...(spread === undefined ? [] : [spread[position]])];
      text += formatLine(cellsOf(data, position, values));
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

/** The cells of a sample's line: what is known about its gene, and some values. */
function cellsOf(
  data: Dataset,
  position: number,
  values: readonly (number | undefined)[],
): string[] {
  const [gene, cellType] = [data.geneOf(position), data.cellTypeOf(position)];
  const { symbol, chromosome, tss, strand } = data.geneDetailsOf(position) ?? {};
  const known = [cellType, gene, symbol, chromosome, tss, strand].map((cell) => `${cell ?? ""}`);
  const numbers = values.map((value = NaN) => {
    if (Number.isFinite(value)) return formatFloat32(value);
    throw new RangeError(
      `Cannot write predictions: prediction of ${gene} in ${cellType} is ${value}, expected a finite number`,
    );
  });
  return [...known, ...numbers];
}

function formatTabbedLine(cells: readonly string[]): string {
  const [cellType, gene] = cells;
  if (cells.some((cell) => /[\t\r\n]/.test(cell))) {
    throw new TypeError(
      `Cannot write predictions: a name of ${JSON.stringify(gene)} in ${
        JSON.stringify(cellType)
      } holds a tab or a line end`,
    );
  }
  return `${cells.join("\t")}\n`;
}

function formatCsvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) =>
    /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
  );
  return `${quoted.join(",")}\n`;
}
