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
import { type BinarySource, openSource } from "../files/open_source.ts";
import type { NdArray, NpyData, NpyDtype, NpyHeader, NpyPlace } from "./npy_types.ts";
import type { AbortOptions } from "../progress.ts";

/** Numpy aligns the items to a multiple of this many bytes. */
const ALIGNMENT = 64;

/**
 * Parses the header of an npy file.
 *
 * @param bytes The file from its first byte to at least the end of the header; 65,548 bytes always suffice.
 * @param place Where the bytes come from, for messages.
 * @returns The header.
 * @throws {FormatError} If the bytes are not an npy header, or the dtype is one that is not read; the message names it.
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
  const [version = 0] = bytes.subarray(6);
  const start = prefixBytes(version);
  const text = new TextDecoder(version === 3 ? "utf-8" : "latin1")
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
 * Makes the header that numpy writes for a little-endian array in C order: version 1, padded so that the items start
 * at a multiple of 64 bytes.
 *
 * @param dtype Element type.
 * @param shape Length of each axis.
 * @returns The bytes of the header; those of the items follow.
 * @throws {RangeError} If the shape has more than 64 axes or a length that is not an integer >= 0.
 *
 * @example
 * ```ts
 * import { formatNpyHeader } from "@waka/histone/io";
 * import { match, strictEqual } from "node:assert";
 *
 * const header = formatNpyHeader("int32", [2, 3]);
 * strictEqual(header.length % 64, 0);
 * match(new TextDecoder("latin1").decode(header), /'<i4'.*\(2, 3\)/);
 * ```
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
  // 64 axes of 16 digits take less than 1,300 bytes, so that the text always fits version 1.
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
 * Decodes the items that follow a header. The result is in C order, whatever the order in the file.
 *
 * @param header The header.
 * @param bytes The items, from the header's `dataOffset` on. The result may share their memory.
 * @param place Where the bytes come from, for messages.
 * @returns The values, row-major.
 * @throws {FormatError} If there are fewer or more bytes than the header claims.
 *
 * @example
 * ```ts
 * import { decodeNpyData, formatNpyHeader, parseNpyHeader } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const header = parseNpyHeader(formatNpyHeader("uint16", [2]));
 * deepStrictEqual(decodeNpyData(header, Uint8Array.of(1, 0, 0, 1)), Uint16Array.of(1, 256));
 * ```
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
 * Reads an npy file that is not part of an npz file.
 *
 * @param source Path of the file, or a source of its bytes.
 * @param options How to give the reading up.
 * @returns The array.
 * @throws {FormatError} If the file is damaged, or has a dtype that is not read.
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
export async function readNpy(
  source: BinarySource,
  options: AbortOptions = {},
): Promise<NdArray> {
  const file = await openSource(source, options);
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
