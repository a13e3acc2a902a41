import { ContractError, FormatError } from "../errors.ts";
import { ensemblGeneNumber, geneKey } from "../gene_id.ts";
import { COMMA } from "../text/characters.ts";
import { type Line, visitLines, withSource } from "../text/lines.ts";
import { decodeText, parseDecimal } from "../text/numbers.ts";
import type { ByteSource } from "../files/byte_source.ts";

/** Values by row id, as a submission or a file of labels holds them. */
export interface PredictionFile {
  /** Row ids such as `E065_115459`, in the order of the file. */
  readonly ids: readonly string[];
  /** One number an id. */
  readonly values: Float64Array<ArrayBuffer>;
  /** Name of the file, for messages. */
  readonly file?: string;
}

/** Options of {@linkcode readPredictions} and {@linkcode alignPredictions}. */
export interface PredictionFileOptions {
  /** What the values are, for messages. Default: `"predictions"`. */
  readonly what?: string;
}

/** What {@linkcode writeSubmission} writes. */
export interface Submission {
  /** Row ids in the order of the data; see {@linkcode submissionId}. */
  readonly ids: ArrayLike<string>;
  /** One prediction an id; written as the nearest float32. */
  readonly predictions: ArrayLike<number>;
}

/** The first line of a submission, and of a file of labels. */
export const SUBMISSION_HEADER = "id,expression";
const CHUNK_CHARACTERS = 1 << 16;

/**
 * The competition's id of a row: `{cell type}_{gene id as an integer}`, the number of a human Ensembl gene id whatever
 * its version. Any other identifier stands there whole, but for the version of an Ensembl id of another species; a bare
 * number, which is no Ensembl id, after `id.`.
 *
 * @param cellType Name of the cell type, such as `E065`.
 * @param gene Whole identifier of the gene.
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
 * Writes a submission: the line `id,expression`, then one line a row. Numbers have as few digits as give
 * back the same float32. Nothing is written unless all rows are sound.
 *
 * @param sink Where the bytes go; closed at the end, aborted on an error.
 * @throws {TypeError} If there are no rows, not as many predictions as ids, or an id is empty, stands there twice,
 * or holds a comma, a quote or a line end.
 * @throws {RangeError} If a prediction is NaN, infinite, or too large for a float32; with its row and id.
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
  const writer = sink.getWriter();
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
    text += `${ids[row]},${formatFloat32(predictions[row])}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    yield text;
    text = "";
  }
  yield text;
}

function checkSubmission({ ids, predictions }: Submission): void {
  if (ids.length !== predictions.length) {
    throw new TypeError(
      `Cannot write submission: ${predictions.length} predictions for ${ids.length} ids, ` +
        `expected as many`,
    );
  }
  if (ids.length === 0) throw new TypeError("Cannot write submission: it has no rows");
  const seen = new Set<string>();
  for (let row = 0; row < ids.length; row++) {
    const id = ids[row];
    if (!/^[^",\r\n]+$/.test(id) || seen.has(id)) {
      throw new TypeError(
        `Cannot write submission: id of row ${row} is ${JSON.stringify(id)}, ` +
          (seen.has(id)
            ? "as of an earlier row"
            : "expected a text without comma, quote or line end"),
      );
    }
    seen.add(id);
    if (!Number.isFinite(Math.fround(predictions[row]))) {
      throw new RangeError(
        `Cannot write submission: prediction of row ${row} (${ids[row]}) is ${predictions[row]}, ` +
          `expected a finite float32`,
      );
    }
  }
}

/** The fewest significant digits that give back `value` once rounded to float32; 9 always do. */
export function formatFloat32(value: number): string {
  const wanted = Math.fround(value);
  for (let digits = 6; digits < 9; digits++) {
    const rounded = Number(wanted.toPrecision(digits));
    if (Math.fround(rounded) === wanted) return String(rounded);
  }
  return String(Number(wanted.toPrecision(9)));
}

/**
 * Reads a file of values by row id with the header `id,expression`: a submission, or labels.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options What the values are.
 * @throws {FormatError} With the line, if the header is another, a line has not two columns, an id is empty,
 * or a value is no finite number; also if the file has no row.
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
  input: string | URL | ByteSource,
  { what = "predictions" }: PredictionFileOptions = {},
): Promise<PredictionFile> {
  return withSource(input, async (source) => {
    const ids: string[] = [];
    const values: number[] = [];
    let lines = 0;
    await visitLines(source, (line) => {
      lines = line.number;
      if (line.number === 1) return checkHeader(source, line, what);
      const comma = line.bytes.indexOf(COMMA, line.start);
      const id = comma < line.end ? decodeText(line.bytes, line.start, comma) : "";
      const value = parseDecimal(line.bytes, comma + 1, line.end);
      if (comma <= line.start || comma >= line.end || Number.isNaN(value)) {
        failRow(source, line, what);
      }
      ids.push(id);
      values.push(value);
    });
    if (ids.length === 0) {
      const found = lines === 0 ? "the file is empty" : "there is a header only";
      throw new FormatError(`Cannot read ${what}: ${found}, expected rows`, { file: source.name });
    }
    return { ids, values: Float64Array.from(values), file: source.name };
  });
}

function checkHeader(source: ByteSource, line: Line, what: string): void {
  const found = decodeText(line.bytes, line.start, line.end);
  if (found !== SUBMISSION_HEADER) {
    throw new FormatError(
      `Cannot read ${what}: header is "${found.slice(0, 80)}", expected "${SUBMISSION_HEADER}"`,
      { file: source.name, line: line.number },
    );
  }
}

function failRow(source: ByteSource, line: Line, what: string): never {
  const found = decodeText(line.bytes, line.start, line.end).slice(0, 80);
  throw new FormatError(
    `Cannot read ${what}: line is "${found}", expected an id, a comma and a finite number`,
    { file: source.name, line: line.number },
  );
}

/**
 * Puts the values of a file into the order of a data set's rows. The file may hold more ids than that.
 *
 * @param ids Ids of the rows, in their order.
 * @param file What {@linkcode readPredictions} returned.
 * @param options What the values are.
 * @returns One value an id, `[row]`.
 * @throws {ContractError} If an id is missing from the file or stands there twice; with the first such id.
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
      throw new ContractError(`Cannot align ${what}: id "${id}" stands there twice${source}`);
    }
    places.set(id, place);
  }
  const seen = new Set<string>();
  const out = new Float64Array(ids.length);
  for (let row = 0; row < ids.length; row++) {
    if (seen.has(ids[row])) {
      throw new ContractError(
        `Cannot align ${what}: rows of two genes or cell types have id "${
          ids[row]
        }". Rename a cell type`,
      );
    }
    seen.add(ids[row]);
    const place = places.get(ids[row]);
    if (place === undefined) {
      throw new ContractError(
        `Cannot align ${what}: no value for "${ids[row]}", row ${row} of the data${source}`,
      );
    }
    out[row] = file.values[place];
  }
  return out;
}
