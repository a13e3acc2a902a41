import { checkObject } from "../base/check_object.ts";
import { openSink } from "../base/open_sink.ts";
import { showName } from "../base/wording.ts";
import { ContractError, FormatError } from "../errors.ts";
import { ensemblGeneNumber, geneKey } from "../gene_id.ts";
import { failLine, type Line, lineText, visitLines, withSource } from "../text/lines.ts";
import { adviseRowNames, readPredictionRow, separatorByte } from "./_prediction_row.ts";
import type { ByteSource } from "../files/byte_source.ts";
import type { BinarySource } from "../files/open_source.ts";
import type { AbortOptions } from "../progress.ts";

/** Values by row id, as a submission or a file of labels holds them. */
export interface PredictionFile {
  /** The ids of the rows, such as `E065_115459`, in the order of the file. */
  readonly ids: readonly string[];
  /** One number for each id. */
  readonly values: Float64Array<ArrayBuffer>;
  /** Name of the file, for messages. */
  readonly file?: string | undefined;
}

/** Options of {@linkcode readPredictions} and {@linkcode alignPredictions}. */
export interface PredictionFileOptions extends AbortOptions {
  /**
   * What the values are, for messages.
   *
   * @default {"predictions"}
   */
  readonly what?: string | undefined;
}

/** The content of a file that {@linkcode writeSubmission} writes. */
export interface Submission {
  /** The ids of the rows in the order of the data; see {@linkcode submissionId}. */
  readonly ids: ArrayLike<string>;
  /** One prediction for each id; written as the nearest float32. */
  readonly predictions: ArrayLike<number>;
}

/** The first line of a submission, and of a file of labels. */
export const SUBMISSION_HEADER = "id,expression";
const CHUNK_CHARACTERS = 1 << 16;

/**
 * The competition's id of a row, `{cell type}_{gene}`. The gene is the number of a human Ensembl gene id without its
 * version. Any other identifier is written whole, except that an Ensembl id of another species loses its version, and
 * that `id.` is put before a bare number, which is not an Ensembl id.
 *
 * @param cellType Name of the cell type, such as `E065`.
 * @param gene Whole identifier of the gene.
 * @returns The id.
 *
 * @example
 * ```ts
 * import { submissionId } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(submissionId("E065", "ENSG00000115459.6"), "E065_115459");
 * strictEqual(submissionId("liver", "ENSMUSG00000000001"), "liver_ENSMUSG00000000001");
 * ```
 */
export function submissionId(cellType: string, gene: string): string {
  const key = ensemblGeneNumber(gene) ?? geneKey(gene);
  return `${cellType}_${typeof key === "string" && /^\d+$/.test(key) ? `id.${key}` : key}`;
}

/**
 * Writes a submission: the line `id,expression`, then one line for each row. Numbers have the fewest digits that give
 * back the same float32. Nothing is written unless all rows are valid.
 *
 * @param sink The stream to write to; closed at the end, aborted on an error.
 * @param submission The rows.
 * @throws {TypeError} If there are no rows, predictions and ids differ in number, or an id is empty, appears twice, or
 * holds a comma, a quote or a line end.
 * @throws {RangeError} If a prediction is NaN, infinite, or too large for a float32; the message has its row and id.
 *
 * @example
 * ```ts
 * import { writeSubmission } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const text = new Response(readable).text();
 * await writeSubmission(writable, { ids: ["E065_3"], predictions: Float32Array.of(0.1) });
 * strictEqual(await text, "id,expression\nE065_3,0.1\n");
 * ```
 */
export async function writeSubmission(
  sink: WritableStream<Uint8Array>,
  submission: Submission,
): Promise<void> {
  const writer = openSink(sink, "write submission");
  try {
    checkSubmission(submission);
    const encoder = new TextEncoder();
    for (const text of submissionTexts(submission)) await writer.write(encoder.encode(text));
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
}

/** The file's text in pieces of about `CHUNK_CHARACTERS`. */
function* submissionTexts({ ids, predictions }: Submission): Generator<string> {
  let text = `${SUBMISSION_HEADER}\n`;
  for (let row = 0; row < ids.length; row++) {
    text += `${ids[row]},${formatFloat32(predictions[row]!)}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield text;
    text = "";
  }
  yield text;
}

function checkSubmission(submission: Submission): void {
  checkObject(submission?.ids && submission.predictions, {
    action: "write submission",
    as: "the submission",
    expected: "an object with ids and predictions",
  });
  const { ids, predictions } = submission;
  if (ids.length !== predictions.length) {
    throw new TypeError(
      `Cannot write submission: ${predictions.length} predictions for ${ids.length} ids, ` +
        `expected one for each`,
    );
  }
  if (ids.length === 0) throw new TypeError("Cannot write submission: it has no rows");
  const seen = new Set<string>();
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row]!;
    const prediction = predictions[row]!;
    if (!/^[^",\r\n]+$/.test(id) || seen.has(id)) {
      throw new TypeError(
        `Cannot write submission: id of row ${row} is ${JSON.stringify(id)}, ` +
          (seen.has(id)
            ? "which an earlier row has too"
            : "expected a string without comma, quote or line end"),
      );
    }
    seen.add(id);
    if (!Number.isFinite(Math.fround(prediction))) {
      throw new RangeError(
        `Cannot write submission: prediction of row ${row} (${id}) is ${prediction}, ` +
          `expected a finite float32`,
      );
    }
  }
}

/** A value with the fewest significant digits that give back the same float32; 9 are always enough. */
export function formatFloat32(value: number): string {
  const wanted = Math.fround(value);
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(wanted.toPrecision(digits));
    if (Math.fround(rounded) === wanted) return String(rounded);
  }
  return String(Number(wanted.toPrecision(9)));
}

/**
 * Reads a file of values by row id with the header `id,expression`: a submission or labels. A tab may stand in place of
 * the comma, and fields may be in double quotes, as R writes them.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options What the values are.
 * @returns The values and their ids.
 * @throws {FormatError} If the header is different, a line does not have two columns, an id is empty, a value is not a
 * finite number, or the file has no rows; the message has the line.
 *
 * @example
 * ```ts
 * import { bytesSource, readPredictions } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "id,expression\nE065_3,-0.25\n";
 * const { ids, values } = await readPredictions(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual(ids, ["E065_3"]);
 * deepStrictEqual([...values], [-0.25]);
 * ```
 */
export function readPredictions(
  input: BinarySource,
  { what = "predictions", signal }: PredictionFileOptions = {},
): Promise<PredictionFile> {
  return withSource(input, async (source) => {
    const ids: string[] = [];
    const values: number[] = [];
    let separator: number | undefined;
    await visitLines(source, (line) => {
      if (separator === undefined) {
        separator = readHeader(source, line, what);
        return;
      }
      const row = readPredictionRow(line, separator) ?? failRow(source, line, what);
      ids.push(row.id);
      values.push(row.value);
    });
    if (ids.length === 0) {
      const found = separator === undefined ? "the file is empty" : "there is a header only";
      throw new FormatError(`Cannot read ${what}: ${found}, expected rows`, { file: source.name });
    }
    return { ids, values: Float64Array.from(values), file: source.name };
  }, { signal });
}

/** Finds the byte that separates the fields. */
function readHeader(source: ByteSource, line: Line, what: string): number {
  const found = lineText(line);
  return separatorByte(found) ?? failLine(
    source.name,
    line,
    `Cannot read ${what}: header is "${found.slice(0, 80)}", expected "${SUBMISSION_HEADER}"` +
      adviseRowNames(found),
  );
}

function failRow(source: ByteSource, line: Line, what: string): never {
  failLine(
    source.name,
    line,
    `Cannot read ${what}: line is "${
      lineText(line).slice(0, 80)
    }", expected an id and a finite number, separated as in the header`,
  );
}

/**
 * Puts the values of a file into the order of a data set's rows. The file may hold further ids.
 *
 * @param ids Ids of the rows, in their order.
 * @param file The values, as {@linkcode readPredictions} returns them.
 * @param options What the values are.
 * @returns One value for each id, `[row]`.
 * @throws {ContractError} If an id is missing from the file or appears in it twice; the message has the first.
 *
 * @example
 * ```ts
 * import { alignPredictions } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const file = { ids: ["E003_1", "E003_2"], values: Float64Array.of(10, 20) };
 * deepStrictEqual([...alignPredictions(["E003_2", "E003_1"], file)], [20, 10]);
 * ```
 */
export function alignPredictions(
  ids: ArrayLike<string>,
  file: PredictionFile,
  { what = "predictions" }: PredictionFileOptions = {},
): Float64Array<ArrayBuffer> {
  const source = file.file === undefined ? "" : ` (${file.file})`;
  const places = new Map<string, number>();
  for (const [place, id] of file.ids.entries()) {
    if (places.has(id)) {
      throw new ContractError(`Cannot align ${what}: id "${id}" appears twice${source}`);
    }
    places.set(id, place);
  }
  const seen = new Set<string>();
  const out = new Float64Array(ids.length);
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row]!;
    if (seen.has(id)) {
      throw new ContractError(
        `Cannot align ${what}: rows of two genes or cell types have id "${id}". Rename a cell type`,
      );
    }
    seen.add(id);
    const place = places.get(id);
    if (place === undefined) {
      throw new ContractError(
        `Cannot align ${what}: no value for "${id}", row ${row} of the data${source}; the ${what} have ids such as ` +
          `"${showName(file.ids[0] ?? "")}"`,
      );
    }
    out[row] = file.values[place]!;
  }
  return out;
}
