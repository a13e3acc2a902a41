/** Columns of samples that say the same of all samples of a gene or a cell type: read without keeping them. */

import type { ReadNumbers } from "./_chunks.ts";
import { readAll, readTextColumn, readTexts } from "./_frame_reader.ts";
import type { ZarrReader } from "./reader.ts";
import type { ZarrPath } from "./store.ts";

/** Names in order of their first samples. */
export interface Names {
  readonly names: readonly string[];
  /** The place of each sample's name, `[sample]`. */
  readonly index: Uint32Array<ArrayBuffer>;
}

/** The value of each name's samples, which must be the same in all of them. */
class NameValues {
  readonly #reader: ZarrReader;
  readonly #path: ZarrPath;
  readonly #names: Names;
  readonly #values: Float64Array;
  readonly #isKnown: Uint8Array;
  #row = 0;

  constructor(reader: ZarrReader, path: ZarrPath, names: Names) {
    this.#reader = reader;
    this.#path = path;
    this.#names = names;
    this.#values = new Float64Array(names.names.length);
    this.#isKnown = new Uint8Array(names.names.length);
  }

  /** Takes the values of the next samples; those that a mask marks with 1, `[sample]`, are missing. */
  add(values: ReadNumbers, isMissing?: ReadNumbers): void {
    const { index, names } = this.#names;
    for (let i = 0; i < values.length; i++) {
      const row = this.#row++;
      // Rows beyond the samples are counted, so that the message has their number.
      if (row >= index.length) continue;
      const name = index[row]!;
      const value = isMissing !== undefined && Number(isMissing[row]) === 1
        ? NaN
        : Number(values[i]);
      if (this.#isKnown[name] === 0) {
        this.#isKnown[name] = 1;
        this.#values[name] = value;
      } else if (!Object.is(this.#values[name], value)) {
        throw this.#reader.fail(
          this.#path,
          `samples of ${names[name]} differ in it, expected the same in all of them`,
        );
      }
    }
  }

  /** The value of each name; NaN where it is missing. */
  finish(): Float64Array {
    const samples = this.#names.index.length;
    if (this.#row === samples) return this.#values;
    throw this.#reader.fail(
      this.#path,
      `it has ${this.#row} rows, expected ${samples} as cell_type has`,
    );
  }
}

/**
 * Reads a column of texts.
 *
 * @returns The text of each name, `undefined` where it is missing; `undefined` if the column is missing.
 * @throws {FormatError} If samples of a name differ, or the column has other rows than there are samples.
 */
export async function readTextsPerName(
  reader: ZarrReader,
  path: ZarrPath,
  names: Names,
): Promise<(string | undefined)[] | undefined> {
  const node = await reader.node(path);
  if (node === undefined) return undefined;
  const values = new NameValues(reader, path, names);
  if (node.kind !== "group" || node.attributes["encoding-type"] !== "categorical") {
    const { categories, codes } = (await readTextColumn(reader, path))!;
    values.add(codes);
    return Array.from(values.finish(), (code) => categories[code]);
  }
  const categories = await readTexts(reader, `${path}/categories`);
  for await (const codes of numberBands(reader, `${path}/codes`)) values.add(codes);
  return Array.from(values.finish(), (code) => {
    if (code === -1 || code in categories) return categories[code];
    throw reader.fail(path, `a code is ${code}, expected one of ${categories.length} categories`);
  });
}

/**
 * Reads a column of numbers.
 *
 * @returns The number of each name, NaN where it is missing; `undefined` if the column is missing.
 * @throws {FormatError} If samples of a name differ, or the column has other rows than there are samples.
 */
export async function readNumbersPerName(
  reader: ZarrReader,
  path: ZarrPath,
  names: Names,
): Promise<Float64Array | undefined> {
  const node = await reader.node(path);
  if (node === undefined) return undefined;
  const values = new NameValues(reader, path, names);
  if (node.kind === "array") {
    for await (const band of numberBands(reader, path)) values.add(band);
    return values.finish();
  }
  const mask = await readAll(reader, `${path}/mask`);
  if (Array.isArray(mask)) throw reader.fail(path, "its mask is texts, expected numbers");
  for await (const band of numberBands(reader, `${path}/values`)) values.add(band, mask);
  return values.finish();
}

async function* numberBands(reader: ZarrReader, path: ZarrPath): AsyncGenerator<ReadNumbers> {
  for await (const band of reader.rows(path, await reader.array(path))) {
    if (Array.isArray(band)) throw reader.fail(path, "its items are texts, expected numbers");
    yield band;
  }
}
