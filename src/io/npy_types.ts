/**
 * The types of npy files.
 *
 * @module
 */

/** The element types that are read and written: numpy's bool, and all its integers and floats of up to 8 bytes. */
export type NpyDtype =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float16"
  | "float32"
  | "float64";

/** The values of an array: bool as 0 and 1, float16 as float32, 64-bit integers as bigints. */
export type NpyData =
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | BigInt64Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | BigUint64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** The header of an npy file. */
export interface NpyHeader {
  /** Element type. */
  readonly dtype: NpyDtype;
  /** Byte order of the items. */
  readonly littleEndian: boolean;
  /** Whether the first index varies fastest. */
  readonly fortranOrder: boolean;
  /** Length of each axis; empty for a single value. */
  readonly shape: readonly number[];
  /** Offset of the items, in bytes from the start of the npy file. */
  readonly dataOffset: number;
}

/** An array of an npy file, in C order. */
export interface NdArray {
  /** Element type in the file. */
  readonly dtype: NpyDtype;
  /** Length of each axis; empty for a single value. */
  readonly shape: readonly number[];
  /** The values, row-major. */
  readonly data: NpyData;
}

/** Where npy bytes come from, for messages. */
export interface NpyPlace {
  /** Name of the file. */
  readonly file?: string | undefined;
  /** Name of the npz member, if the bytes are those of one. */
  readonly member?: string | undefined;
  /**
   * Where the npy bytes start in the file.
   *
   * @default {0, or unknown for a member}
   */
  readonly byteOffset?: number | undefined;
}
