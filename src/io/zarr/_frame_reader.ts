/** Reads the columns of data frames, in each of the forms in which anndata writes them. */

import { freeArray } from "../../base/free.ts";
import { showValue } from "../../base/show_value.ts";
import type { ReadItems, ReadNumbers } from "./_chunks.ts";
import type { ZarrReader } from "./reader.ts";
import type { ZarrPath } from "./store.ts";

/** A column of texts as places in a list of the different ones. */
export interface TextColumn {
  /** The different texts. */
  readonly categories: readonly string[];
  /** The place of each row's text, −1 where it is missing, `[row]`. */
  readonly codes: Int32Array<ArrayBuffer>;
}

/** Reads a whole array. */
export async function readAll(reader: ZarrReader, path: ZarrPath): Promise<ReadItems> {
  const array = await reader.array(path);
  const bands: ReadItems[] = [];
  for await (const band of reader.rows(path, array)) bands.push(band);
  if (bands.length === 1) return bands[0]!;
  if (array.type === "string") return (bands as string[][]).flat();
  const numbers = bands as Exclude<ReadItems, string[]>[];
  const length = numbers.reduce((sum, band) => sum + band.length, 0);
  const Type = (numbers[0]?.constructor ?? Float64Array) as Float64ArrayConstructor;
  const whole = new Type(length);
  let start = 0;
  for (const band of numbers as Float64Array[]) {
    whole.set(band, start);
    start += band.length;
    freeArray(band);
  }
  return whole;
}

/** Reads an array of texts. */
export async function readTexts(reader: ZarrReader, path: ZarrPath): Promise<string[]> {
  const items = await readAll(reader, path);
  if (Array.isArray(items)) return items;
  throw reader.fail(path, "its items are numbers, expected texts");
}

/** Reads an array of numbers. */
async function readNumbers(
  reader: ZarrReader,
  path: ZarrPath,
): Promise<Float64Array<ArrayBuffer>> {
  const items = await readNumberItems(reader, path);
  return items instanceof Float64Array
    ? items as Float64Array<ArrayBuffer>
    : Float64Array.from(items as ArrayLike<number | bigint>, Number);
}

async function readNumberItems(reader: ZarrReader, path: ZarrPath): Promise<ReadNumbers> {
  const items = await readAll(reader, path);
  if (!Array.isArray(items)) return items;
  throw reader.fail(path, "its items are texts, expected numbers");
}

/**
 * Reads a column of texts: a categorical, an array of texts, or one with a mask.
 *
 * @returns `undefined` if the column is missing.
 */
export async function readTextColumn(
  reader: ZarrReader,
  path: ZarrPath,
): Promise<TextColumn | undefined> {
  const node = await reader.node(path);
  if (node === undefined) return undefined;
  if (node.kind === "array") return toCategories(await readTexts(reader, path));
  const kind = node.attributes["encoding-type"];
  if (kind === "categorical") return await readCategorical(reader, path);
  if (kind === "nullable-string-array") {
    const values = await readTexts(reader, `${path}/values`);
    const mask = await readNumbers(reader, `${path}/mask`);
    return toCategories(values.map((text, row) => mask[row] === 1 ? undefined : text));
  }
  throw reader.fail(path, `its encoding-type is ${showValue(kind)}, expected texts`);
}

async function readCategorical(reader: ZarrReader, path: ZarrPath): Promise<TextColumn> {
  const categories = await readTexts(reader, `${path}/categories`);
  const items = await readNumberItems(reader, `${path}/codes`);
  const codes = items instanceof Int32Array
    ? items
    : Int32Array.from(items as ArrayLike<number | bigint>, Number);
  const wrong = codes.find((code) => code < -1 || code >= categories.length);
  if (wrong === undefined) return { categories, codes };
  throw reader.fail(path, `a code is ${wrong}, expected one of ${categories.length} categories`);
}

function toCategories(texts: readonly (string | undefined)[]): TextColumn {
  const places = new Map<string, number>();
  const codes = Int32Array.from(texts, (text) => {
    if (text === undefined) return -1;
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  });
  return { categories: [...places.keys()], codes };
}

/**
 * Reads a column of numbers, NaN where one is missing: an array, or integers with a mask.
 *
 * @returns `undefined` if the column is missing.
 */
export async function readNumberColumn(
  reader: ZarrReader,
  path: ZarrPath,
): Promise<Float64Array<ArrayBuffer> | undefined> {
  const node = await reader.node(path);
  if (node === undefined) return undefined;
  if (node.kind === "array") return await readNumbers(reader, path);
  const values = await readNumbers(reader, `${path}/values`);
  const mask = await readNumbers(reader, `${path}/mask`);
  return values.map((value, row) => mask[row] === 1 ? NaN : value);
}
