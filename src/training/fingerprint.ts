import { sha256 } from "../_bytes.ts";
import type { Dataset } from "../data/dataset.ts";
import type { SampleColumns } from "../io/columns.ts";

/** Pieces in which columns are digested, since `crypto.subtle` takes only whole buffers of unshared memory. */
const PIECE_BYTES = 2 ** 24;

/**
 * A short text that stands for the content of a data set: its samples, in their order, with signal, labels, names
 * and record. The same samples have the same one wherever they are stored; others have another.
 *
 * @param data The samples.
 * @returns 32 hexadecimal digits, from SHA-256.
 */
export async function fingerprintDataset({ columns, rows }: Dataset): Promise<string> {
  // Training and test data are often views of the same columns, whose signal takes seconds to digest.
  const known = digests.get(columns) ?? digestColumns(columns);
  digests.set(columns, known);
  return await fingerprintValue([await known, await digestColumn(rows)]);
}

const digests = new WeakMap<SampleColumns, Promise<string>>();

async function digestColumns(columns: SampleColumns): Promise<string> {
  const { signal, labels, cellTypes, cellTypeIndex, genes, geneIndex, bins, record } = columns;
  const parts: string[] = [];
  for (const column of [signal, labels ?? new Float64Array(0), cellTypeIndex, geneIndex]) {
    parts.push(await digestColumn(column));
  }
  return await fingerprintValue({ cellTypes, genes, bins, record, parts });
}

/**
 * A short text that stands for a JSON value, its fields in their order.
 *
 * @param value Anything that `JSON.stringify` keeps.
 * @returns 32 hexadecimal digits, from SHA-256.
 */
export async function fingerprintValue(value: unknown): Promise<string> {
  const digest = await sha256(new TextEncoder().encode(JSON.stringify(value)));
  return digest.toHex().slice(0, 32);
}

async function digestColumn(column: ArrayBufferView): Promise<string> {
  const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
  const digests: string[] = [];
  for (let start = 0; start < bytes.length; start += PIECE_BYTES) {
    digests.push((await sha256(bytes.slice(start, start + PIECE_BYTES))).toHex());
  }
  return await fingerprintValue(digests);
}
