/**
 * The npy format of numpy, versions 1 to 3 (NEP 1 and numpy/lib/format.py).
 *
 * @module
 */

import {
  checkNpySize,
  LONGEST_PREFIX_BYTES,
  MAGIC,
  MAX_HEADER_BYTES,
  npyByteLength,
  npyDataOffset,
  npyError,
  parseDtype,
  prefixBytes,
  sizeError,
} from "./_npy_header.ts";
import { decodeItems, fromFortranOrder, NPY_TYPES } from "./_npy_items.ts";
import { LiteralError, type NpyDictionary, parseNpyDictionary } from "./_npy_literal.ts";
import { openSource } from "../files/open_source.ts";
import type { ByteSource } from "../files/byte_source.ts";
import type { NdArray, NpyData, NpyDtype, NpyHeader, NpyPlace } from "./npy_types.ts";

/** Numpy aligns the items to this. */
const ALIGNMENT = 64;

/**
 * Parses the start of an npy file.
 *
 * @param bytes The file from its first byte to at least the end of the header; 65,548 bytes always suffice.
 * @throws {FormatError} If the bytes are no npy header, or one of a dtype that is not read, which is named.
 *
 * @example
 * ```ts
 * import { formatNpyHeader, parseNpyHeader } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const header = parseNpyHeader(formatNpyHeader("float32", [16000, 100, 7]));
 * deepStrictEqual(header.shape, [16000, 100, 7]);
 * ```
 */
export function parseNpyHeader(bytes: Uint8Array, place: NpyPlace = {}): NpyHeader {
  const dataOffset = npyDataOffset(bytes, place);
  if (bytes.length < dataOffset) {
    throw npyError(`ends after ${bytes.length} bytes, within its header of ${dataOffset}`, place, {
      at: bytes.length,
    });
  }
  const start = prefixBytes(bytes[6]);
  const text = new TextDecoder(bytes[6] === 3 ? "utf-8" : "latin1")
    .decode(bytes.slice(start, dataOffset));
  let dictionary: NpyDictionary;
  try {
    dictionary = parseNpyDictionary(text);
  } catch (error) {
    if (!(error instanceof LiteralError)) throw error;
    throw npyError(`header: ${error.message}`, place, { at: start + error.position });
  }
  const { fortranOrder, shape } = dictionary;
  const header = { ...parseDtype(dictionary.descr, place), fortranOrder, shape, dataOffset };
  if (!Number.isSafeInteger(npyByteLength(header))) {
    throw npyError(`shape is [${shape}], which is more than 2^53 bytes`, place, { at: start });
  }
  return header;
}

/**
 * The header numpy writes for a little-endian array in C order: version 1, padded so that the items start at a
 * multiple of 64 bytes.
 *
 * @param shape Length of each axis.
 * @throws {RangeError} If the shape holds anything but integers >= 0, or is longer than 64.
 */
export function formatNpyHeader(
  dtype: NpyDtype,
  shape: readonly number[],
): Uint8Array<ArrayBuffer> {
  if (shape.length > 64 || shape.some((length) => !Number.isSafeInteger(length) || length < 0)) {
    throw new RangeError(
      `Cannot write npy header: shape is [${shape}], expected at most 64 integers >= 0`,
    );
  }
  const { code, bytes } = NPY_TYPES[dtype];
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const order = bytes === 1 ? "|" : "<";
  const text = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': (${tuple}), }`;
  // 64 axes of 16 digits end below 1,300 bytes: version 1 always holds the text.
  const prefix = prefixBytes(1);
  const length = Math.ceil((prefix + text.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(length).fill(0x20);
  header.set([...MAGIC, 1, 0]);
  new DataView(header.buffer).setUint16(8, length - prefix, true);
  header.set(new TextEncoder().encode(text), prefix);
  header[length - 1] = 0x0a;
  return header;
}

/**
 * The values behind a header, in C order whatever the file's order is.
 *
 * @param bytes The items, from the header's `dataOffset` on. The result may share their memory.
 * @throws {FormatError} If there are fewer or more bytes than the header claims.
 */
export function decodeNpyData(
  header: NpyHeader,
  bytes: Uint8Array<ArrayBuffer>,
  place: NpyPlace = {},
): NpyData {
  const wanted = npyByteLength(header);
  if (bytes.length !== wanted) throw sizeError(header, bytes.length, place);
  const items = decodeItems(bytes, header);
  return header.fortranOrder ? fromFortranOrder(items, header.shape) : items;
}

/**
 * Reads a bare npy file.
 *
 * @param source A path, or bytes from anywhere.
 * @throws {FormatError} If the file is damaged, or of a dtype that is not read.
 *
 * @example
 * ```ts
 * import { bytesSource, formatNpyHeader, readNpy } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const bytes = new Uint8Array([...formatNpyHeader("uint8", [2, 2]), 1, 2, 3, 4]);
 * const { shape, data } = await readNpy(bytesSource(bytes));
 * deepStrictEqual(shape, [2, 2]);
 * deepStrictEqual(data, new Uint8Array([1, 2, 3, 4]));
 * ```
 */
export async function readNpy(source: string | URL | ByteSource): Promise<NdArray> {
  const file = await openSource(source);
  try {
    const place = { file: file.name };
    const bound = Math.min(file.size, LONGEST_PREFIX_BYTES + MAX_HEADER_BYTES);
    const header = parseNpyHeader(await file.read(0, bound), place);
    checkNpySize(header, file.size, place);
    const bytes = await file.read(header.dataOffset, file.size - header.dataOffset);
    const { dtype, shape } = header;
    return { dtype, shape, data: decodeNpyData(header, bytes, place) };
  } finally {
    file.close();
  }
}
