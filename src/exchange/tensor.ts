/**
 * Arrays of weights by name, as files of other programs have them.
 *
 * @module
 */

import { valueOfBits } from "../base/float16.ts";
import { FormatError } from "../errors.ts";

/** A named array of weights. */
export interface Tensor {
  /** Its name in the file. */
  readonly name: string;
  /** The extent of each axis. */
  readonly shape: readonly number[];
  /** Its values, the last axis fastest. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** The types of numbers that are read, with the bytes of one. */
export const DTYPE_BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const;

/** A type of numbers that is read as weights. */
export type FloatType = keyof typeof DTYPE_BYTES;

/** Whether a text names one of them. */
export function isFloatType(name: string): name is FloatType {
  return Object.hasOwn(DTYPE_BYTES, name);
}

/** More axes than any weight has. */
const MOST_AXES = 8;

/**
 * Counts the values of a shape from outside.
 *
 * @returns The product of its extents; `undefined` if they are not integers ≥ 0, too many, or their product is no safe
 * integer.
 */
export function countValues(shape: readonly unknown[]): number | undefined {
  if (shape.length > MOST_AXES) return undefined;
  let count = 1;
  for (const extent of shape) {
    if (typeof extent !== "number" || !Number.isSafeInteger(extent) || extent < 0) return undefined;
    count *= extent;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/** Where a tensor's bytes are, for messages. */
export interface TensorPlace {
  /** What is done, for messages: `read safetensors`. */
  readonly action: string;
  /** The tensor. */
  readonly name: string;
  /** The file. */
  readonly file: string;
}

/**
 * Decodes little-endian numbers as float32.
 *
 * @param bytes Their bytes, a whole number of them.
 * @param type Their type.
 * @param place Where they are.
 * @returns The numbers; float64 is rounded.
 * @throws {FormatError} If one is not finite, or too large for float32.
 */
export function decodeFloats(
  bytes: Uint8Array,
  type: FloatType,
  place: TensorPlace,
): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const size = DTYPE_BYTES[type];
  const read = READERS[type];
  const values = new Float32Array(bytes.length / size);
  for (let i = 0; i < values.length; i++) values[i] = read(view, i * size);
  checkFinite(values, place);
  return values;
}

/**
 * Throws unless all values are finite.
 *
 * @throws {FormatError} Naming the first that is not.
 */
export function checkFinite(values: Float32Array, { action, name, file }: TensorPlace): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new FormatError(
    `Cannot ${action}: value ${bad} of "${name}" is ${
      values[bad]
    } in float32, expected a finite number`,
    { file },
  );
}

/** A float32 whose upper half is a bfloat16. */
const half = new DataView(new ArrayBuffer(4));

const READERS: Readonly<Record<FloatType, (view: DataView, at: number) => number>> = {
  F64: (view, at) => view.getFloat64(at, true),
  F32: (view, at) => view.getFloat32(at, true),
  F16: (view, at) => valueOfBits(view.getUint16(at, true)),
  BF16: (view, at) => {
    half.setUint16(0, view.getUint16(at, true));
    half.setUint16(2, 0);
    return half.getFloat32(0);
  },
};
