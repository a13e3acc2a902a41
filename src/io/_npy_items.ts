/**
 * Converts the bytes of npy items to typed arrays. The typed arrays of the host are assumed to be little-endian, as
 * they are on every platform that runs this package.
 */

import { readFloat16 } from "../base/float16.ts";
import type { NpyData, NpyDtype } from "./npy_types.ts";

/** Name, numpy's type code and size of each dtype. */
export const NPY_TYPES: Readonly<
  Record<NpyDtype, { readonly code: string; readonly bytes: number }>
> = {
  bool: { code: "b1", bytes: 1 },
  int8: { code: "i1", bytes: 1 },
  int16: { code: "i2", bytes: 2 },
  int32: { code: "i4", bytes: 4 },
  int64: { code: "i8", bytes: 8 },
  uint8: { code: "u1", bytes: 1 },
  uint16: { code: "u2", bytes: 2 },
  uint32: { code: "u4", bytes: 4 },
  uint64: { code: "u8", bytes: 8 },
  float16: { code: "f2", bytes: 2 },
  float32: { code: "f4", bytes: 4 },
  float64: { code: "f8", bytes: 8 },
};

/**
 * The values of some items, in the order of the bytes. The result shares memory with `bytes` where their order and
 * alignment allow it.
 *
 * @param bytes The items, all complete.
 * @param type Their type and byte order.
 * @returns One value for each item.
 */
export function decodeItems(
  bytes: Uint8Array<ArrayBuffer>,
  type: { readonly dtype: NpyDtype; readonly littleEndian: boolean },
): NpyData {
  const itemBytes = NPY_TYPES[type.dtype].bytes;
  let native = bytes;
  if (!type.littleEndian && itemBytes > 1) native = reverseItems(bytes.slice(), itemBytes);
  else if (bytes.byteOffset % itemBytes !== 0) native = bytes.slice();
  const { buffer, byteOffset } = native;
  const length = native.length / itemBytes;
  switch (type.dtype) {
    case "bool":
    case "uint8":
      return native;
    case "int8":
      return new Int8Array(buffer, byteOffset, length);
    case "int16":
      return new Int16Array(buffer, byteOffset, length);
    case "uint16":
      return new Uint16Array(buffer, byteOffset, length);
    case "int32":
      return new Int32Array(buffer, byteOffset, length);
    case "uint32":
      return new Uint32Array(buffer, byteOffset, length);
    case "int64":
      return new BigInt64Array(buffer, byteOffset, length);
    case "uint64":
      return new BigUint64Array(buffer, byteOffset, length);
    case "float16":
      return readFloat16(buffer, byteOffset, length);
    case "float32":
      return new Float32Array(buffer, byteOffset, length);
    case "float64":
      return new Float64Array(buffer, byteOffset, length);
  }
}

function reverseItems(bytes: Uint8Array<ArrayBuffer>, itemBytes: number): Uint8Array<ArrayBuffer> {
  for (let start = 0; start < bytes.length; start += itemBytes) {
    for (let low = start, high = start + itemBytes - 1; low < high; low++, high--) {
      const held = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = held;
    }
  }
  return bytes;
}

/**
 * The values as float64; not copied if they are float64 already.
 *
 * @returns The values, or the position of a 64-bit integer beyond ±(2^53 − 1), which float64 may not hold exactly.
 */
export function toFloat64(data: NpyData): Float64Array<ArrayBuffer> | number {
  if (data instanceof Float64Array) return data;
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) {
    return new Float64Array(data);
  }
  // Computed from halves, because arithmetic on bigints allocates memory.
  const { buffer, byteOffset, length } = data;
  const low = new Uint32Array(buffer, byteOffset, length * 2);
  const high = data instanceof BigInt64Array ? new Int32Array(buffer, byteOffset, length * 2) : low;
  const values = new Float64Array(length);
  for (let i = 0; i < length; i++) {
    const value = high[2 * i + 1]! * 2 ** 32 + low[2 * i]!;
    if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return i;
    values[i] = value;
  }
  return values;
}

/** Rearranges column-major values to row-major. */
export function fromFortranOrder<Data extends NpyData>(data: Data, shape: readonly number[]): Data {
  if (shape.length < 2 || data.length === 0) return data;
  const out = data.slice() as Data;
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  const last = shape.length - 1;
  const [rowLength, rowStride] = [shape[last]!, strides[last]!];
  const index = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let row = 0; row < data.length; row += rowLength) {
    for (let i = 0; i < rowLength; i++) out[row + i] = data[from + i * rowStride]!;
    for (let axis = last - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
