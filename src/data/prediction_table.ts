import { formatFloat32 } from "../io/submission.ts";
import type { Dataset } from "./dataset.ts";

const HEADER = "cell_type\tgene_id\tsymbol\tchrom\ttss\tstrand\tprediction\n";
/** The text is written in pieces of about this length. */
const PIECE_CHARACTERS = 1 << 16;

/**
 * Writes predictions as a tab-separated table with one line for each sample: its cell type, what the data know about its
 * gene, and the prediction. The columns are `cell_type gene_id symbol chrom tss strand prediction`. Cells are empty where
 * a value is not known; `tss` is 0-based. A prediction has the fewest digits that give back the same float32.
 *
 * @param sink The stream to write to; closed at the end, aborted on an error.
 * @param data The samples.
 * @param predictions One number for each sample, `[position]`.
 * @throws {TypeError} If there is not one prediction for each sample, or a name holds a tab or a line end.
 * @throws {RangeError} If a prediction is NaN or infinite; the message has its gene and cell type.
 *
 * @example
 * ```ts
 * import { Dataset, writePredictionTable } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 1, genes: 1, bins: 2 }).train);
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 * await writePredictionTable(writable, data, [0.5]);
 * strictEqual((await text).split("\n")[1], `E065\t${data.geneOf(0)}\t\t\t\t\t0.5`);
 * ```
 */
export async function writePredictionTable(
  sink: WritableStream<Uint8Array>,
  data: Dataset,
  predictions: ArrayLike<number>,
): Promise<void> {
  const writer = sink.getWriter();
  try {
    if (predictions.length !== data.length) {
      throw new TypeError(
        `Cannot write predictions: ${predictions.length} for ${data.length} samples, expected one for each`,
      );
    }
    const encoder = new TextEncoder();
    let text = HEADER;
    for (let position = 0; position < data.length; position++) {
      text += formatRow(data, position, predictions[position]!);
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

function formatRow(data: Dataset, position: number, prediction: number): string {
  const [gene, cellType] = [data.geneOf(position), data.cellTypeOf(position)];
  if (!Number.isFinite(prediction)) {
    throw new RangeError(
      `Cannot write predictions: prediction of ${gene} in ${cellType} is ${prediction}, expected a finite number`,
    );
  }
  const { symbol, chromosome, tss, strand } = data.geneDetailsOf(position) ?? {};
  const cells = [cellType, gene, symbol, chromosome, tss, strand].map((cell) => cell ?? "");
  if (cells.some((cell) => /[\t\r\n]/.test(String(cell)))) {
    throw new TypeError(
      `Cannot write predictions: a name of ${JSON.stringify(gene)} in ${
        JSON.stringify(cellType)
      } holds a tab or ` +
        "a line end",
    );
  }
  return `${cells.join("\t")}\t${formatFloat32(prediction)}\n`;
}
