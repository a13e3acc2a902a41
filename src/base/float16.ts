/** Numbers of 16 bits (IEEE 754 binary16), little-endian as this machine, for run-times that lack `Float16Array`. */

import type { Bytes } from "./bytes.ts";

type Float16Constructor = new (
  from: ArrayBufferLike | ArrayLike<number>,
  byteOffset?: number,
  length?: number,
) => ArrayLike<number> & ArrayBufferView<ArrayBuffer> & Iterable<number>;

const NATIVE = (globalThis as { Float16Array?: Float16Constructor }).Float16Array;

/** Reads `length` numbers from a buffer; `byteOffset` must be even. */
export function readFloat16(
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
): Float32Array<ArrayBuffer> {
  if (NATIVE !== undefined) return new Float32Array(new NATIVE(buffer, byteOffset, length));
  return Float32Array.from(new Uint16Array(buffer, byteOffset, length), valueOfBits);
}

/** Rounds numbers to the nearest of 16 bits, of two as near to the one whose last bit is 0; returns their bytes. */
export function writeFloat16(values: ArrayLike<number>): Bytes {
  if (NATIVE !== undefined) return new Uint8Array(new NATIVE(values).buffer);
  return new Uint8Array(Uint16Array.from(values, bitsOfValue).buffer);
}

/** The value of 16 bits: a sign, 5 bits of exponent, 10 of fraction. */
export function valueOfBits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  // Below the smallest exponent numbers are as far apart as at it.
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** The 16 bits of the number nearest to a value, of two as near the even one. Exported for tests. */
export function bitsOfValue(value: number): number {
  if (Number.isNaN(value)) return 0x7e00;
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  // Half a step above the largest finite number, 65504.
  if (size >= 65520) return sign | 0x7c00;
  const exponent = Math.max(-14, size === 0 ? -14 : exponentOf(size));
  const steps = roundToEven(size * 2 ** (10 - exponent));
  // A fraction that rounds up to the next power of two carries into the exponent by itself.
  const bits = steps < 1024 ? steps : ((exponent + 15) << 10) + steps - 1024;
  return sign | bits;
}

/** The power of two that is not above a positive number, by its bits: logarithms round. */
function exponentOf(size: number): number {
  const [, high] = new Uint32Array(Float64Array.of(size).buffer);
  return ((high! >> 20) & 2047) - 1023;
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest > 0.5 || rest === 0.5 && floor % 2 === 1) return floor + 1;
  return floor;
}
