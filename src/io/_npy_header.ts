/**
 * The checks of the npy header and the errors that they throw.
 */

import { FormatError } from "../errors.ts";
import { NPY_TYPES } from "./_npy_items.ts";
import type { NpyDtype, NpyHeader, NpyPlace } from "./npy_types.ts";

/** The largest result of {@linkcode prefixBytes}. */
export const LONGEST_PREFIX_BYTES = 12;
/** Far more than 64 dimensions need; numpy refuses headers of more than 10,000 characters. */
export const MAX_HEADER_BYTES = 65536;
/** `\x93NUMPY`. */
export const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/** The number of bytes before the header's text: magic number, version and length, which is shorter in version 1. */
export function prefixBytes(version: number): number {
  return version === 1 ? 10 : LONGEST_PREFIX_BYTES;
}

/** The offset of the items, found from the first 12 bytes of an npy file. */
export function npyDataOffset(bytes: Uint8Array, place: NpyPlace): number {
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) {
    const found = [...bytes.subarray(0, 6)].map((byte) => byte.toString(16).padStart(2, "0"));
    throw npyError(
      `starts with bytes ${found.join(" ") || "(none)"}, expected 93 4e 55 4d 50 59 (\\x93NUMPY)`,
      place,
      { at: 0 },
    );
  }
  const [version = 0, minorVersion] = bytes.subarray(6);
  if (bytes.length < LONGEST_PREFIX_BYTES) {
    throw npyError(`ends after ${bytes.length} bytes, within its header`, place, {
      at: bytes.length,
    });
  }
  if (version < 1 || version > 3 || minorVersion !== 0) {
    throw npyError(`is npy version ${version}.${minorVersion}, expected 1.0, 2.0 or 3.0`, place, {
      at: 6,
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) {
    throw npyError(`header is ${length} bytes, expected at most ${MAX_HEADER_BYTES}`, place, {
      at: 8,
    });
  }
  return length + prefixBytes(version);
}

/** The meaning of numpy's codes for the kinds that are not read. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  O: "Python objects",
  S: "byte strings",
  U: "strings",
  V: "raw bytes",
  c: "complex numbers",
  M: "dates",
  m: "time spans",
};

/** The element type and byte order that a `descr` names. */
export function parseDtype(
  descr: string | undefined,
  place: NpyPlace,
): Pick<NpyHeader, "dtype" | "littleEndian"> {
  const wanted = "expected a bool, integer or float of 1 to 8 bytes";
  if (descr === undefined) throw npyError(`dtype is structured (named fields), ${wanted}`, place);
  const order = descr.charAt(0);
  const code = descr.slice(1);
  const dtype = (Object.keys(NPY_TYPES) as NpyDtype[]).find((name) =>
    NPY_TYPES[name].code === code
  );
  const orders = dtype !== undefined && NPY_TYPES[dtype].bytes === 1 ? "<>=|" : "<>=";
  if (dtype === undefined || !orders.includes(order)) {
    const kind = OTHER_KINDS[code.charAt(0)];
    throw npyError(`dtype is "${descr}"${kind ? ` (${kind})` : ""}, ${wanted}`, place);
  }
  return { dtype, littleEndian: order !== ">" };
}

/** The length of the items that a header describes, in bytes. */
export function npyByteLength({ dtype, shape }: Pick<NpyHeader, "dtype" | "shape">): number {
  // Zeros are looked for first, so that an empty array with another large axis does not count as too large.
  return shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, NPY_TYPES[dtype].bytes);
}

/** The error of a damaged or unsupported npy file; `at` is an offset from the start of the npy bytes. */
export function npyError(
  found: string,
  place: NpyPlace,
  options: ErrorOptions & { readonly at?: number } = {},
): FormatError {
  const { at, ...cause } = options;
  const start = place.byteOffset ?? (place.member === undefined ? 0 : undefined);
  const subject = place.member === undefined ? "npy file" : `npz member "${place.member}"`;
  return new FormatError(`Cannot read ${subject}: ${found}`, {
    file: place.file,
    byteOffset: start === undefined || at === undefined ? start : start + at,
    ...cause,
  });
}

/** Throws unless an npy file of `size` bytes holds exactly what its header claims. */
export function checkNpySize(header: NpyHeader, size: number, place: NpyPlace): void {
  if (header.dataOffset + npyByteLength(header) !== size) {
    throw sizeError(header, size - header.dataOffset, place);
  }
}

/** The error of an array with fewer or more bytes than its header claims. */
export function sizeError(header: NpyHeader, found: number, place: NpyPlace): FormatError {
  return npyError(
    `its header claims [${header.shape}] ${header.dtype}, ${npyByteLength(header)} bytes, ` +
      `but it holds ${found}`,
    place,
    { at: header.dataOffset },
  );
}
