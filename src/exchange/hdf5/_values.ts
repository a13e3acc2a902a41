/** Types, shapes and values of HDF5: of attributes and of arrays. */

import { countValues, type FloatType } from "../tensor.ts";
import type { Hdf5Bytes } from "./_bytes.ts";

/** A type of values. */
export type Hdf5Type =
  | { readonly kind: "float"; readonly size: number; readonly float: FloatType }
  /** A text of a fixed number of bytes. */
  | { readonly kind: "text"; readonly size: number }
  /** A text in the global heap. */
  | { readonly kind: "longText"; readonly size: number }
  | { readonly kind: "other"; readonly size: number };

const FLOATS: Readonly<Record<number, FloatType>> = { 2: "F16", 4: "F32", 8: "F64" };
/** Sizes of exponent and mantissa of each, as IEEE 754 has them. */
const LAYOUTS: Readonly<Record<FloatType, readonly [exponent: number, mantissa: number]>> = {
  F16: [5, 10],
  F32: [8, 23],
  F64: [11, 52],
  BF16: [8, 7],
};
const MOST_AXES = 8;
/** Longer texts are no configurations. */
const LONGEST_TEXT = 64 * 2 ** 20;

/** Reads a type. */
export function readType(bytes: Hdf5Bytes, address: number): Hdf5Type {
  const kind = bytes.integer(address, 1) & 15;
  const flags = bytes.integer(address + 1, 1);
  const size = bytes.integer(address + 4, 4);
  if (kind === 3) return { kind: "text", size };
  // Of variable length: 0 are lists, 1 are texts.
  if (kind === 9) return { kind: (flags & 15) === 1 ? "longText" : "other", size };
  const float = FLOATS[size];
  if (kind !== 1 || float === undefined || (flags & 0x41) !== 0) return { kind: "other", size };
  const [exponent, mantissa] = LAYOUTS[float];
  const isUsual = bytes.integer(address + 13, 1) === exponent &&
    bytes.integer(address + 15, 1) === mantissa;
  return isUsual ? { kind: "float", size, float } : { kind: "other", size };
}

/** Reads a shape: no axes for a single value; `undefined` for no value at all. */
export function readShape(bytes: Hdf5Bytes, address: number): number[] | undefined {
  const version = bytes.integer(address, 1);
  const rank = bytes.integer(address + 1, 1);
  if ((version !== 1 && version !== 2) || rank > MOST_AXES) {
    bytes.fail(`a shape has version ${version} and ${rank} axes`, address);
  }
  if (version === 2 && bytes.integer(address + 3, 1) === 2) return undefined;
  const start = address + (version === 1 ? 8 : 4);
  return Array.from({ length: rank }, (_, i) => bytes.integer(start + 8 * i, 8));
}

/** An attribute. */
export interface Hdf5Attribute {
  readonly name: string;
  readonly type: Hdf5Type;
  readonly shape: readonly number[] | undefined;
  /** Where its values begin. */
  readonly address: number;
}

/** Reads an attribute's message. */
export function readAttribute(bytes: Hdf5Bytes, address: number): Hdf5Attribute {
  const version = bytes.integer(address, 1);
  if (version < 1 || version > 3) bytes.fail(`an attribute has version ${version}`, address);
  const sizes = [2, 4, 6].map((place) => bytes.integer(address + place, 2));
  const [nameSize = 0, typeSize = 0, shapeSize = 0] = version === 1
    ? sizes.map((size) => Math.ceil(size / 8) * 8)
    : sizes;
  const start = address + (version === 3 ? 9 : 8);
  const type = start + nameSize;
  const shape = type + typeSize;
  return {
    name: bytes.text(start, sizes[0]!),
    type: readType(bytes, type),
    shape: readShape(bytes, shape),
    address: shape + shapeSize,
  };
}

/** The texts of an attribute, in one list. */
export function readTexts(
  bytes: Hdf5Bytes,
  { type, shape, address, name }: Hdf5Attribute,
): string[] {
  if (type.kind !== "text" && type.kind !== "longText") return [];
  const count = shape === undefined ? 0 : countValues(shape) ?? Infinity;
  const expectLength = (length: number) => {
    if (length <= bytes.length) return;
    bytes.fail(`attribute "${name.slice(0, 60)}" is longer than the file`, address);
  };
  expectLength(count * Math.max(1, type.size));
  let length = 0;
  return Array.from({ length: count }, (_, i) => {
    const at = address + i * type.size;
    const text = type.kind === "text" ? bytes.text(at, type.size) : readLongText(bytes, at);
    // Many may name the same text of the heap.
    expectLength(length += text.length);
    return text;
  });
}

/** Reads a text of the global heap: its length, the address of a collection, and its number there. */
function readLongText(bytes: Hdf5Bytes, address: number): string {
  const length = bytes.integer(address, 4);
  const collection = bytes.integer(address + 4, 8);
  const number = bytes.integer(address + 12, 4);
  if (length > LONGEST_TEXT) bytes.fail("a text is too long", address);
  bytes.expectLetters(collection, "GCOL");
  const end = collection + bytes.integer(collection + 8, 8);
  for (let at = collection + 16; at + 16 <= end;) {
    const found = bytes.integer(at, 2);
    const size = bytes.integer(at + 8, 8);
    if (found === number) return bytes.text(at + 16, Math.min(length, size));
    if (found === 0) break;
    at += 16 + Math.ceil(size / 8) * 8;
  }
  return bytes.fail("a text is not in its heap", address);
}
