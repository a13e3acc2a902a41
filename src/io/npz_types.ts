/**
 * The interface of npz files that are read.
 *
 * @module
 */

import type { NdArray, NpyHeader } from "./npy_types.ts";

/** One array of an npz file. */
export interface NpzMember {
  /** Its name, without `.npy`. */
  readonly name: string;
  /** Size of the npy bytes, including the header. */
  readonly size: number;
  /** Size in the file, in bytes; equal to `size` if the member is not compressed. */
  readonly compressedSize: number;
}

/**
 * An open npz file. Its arrays are read on demand, each with a few megabytes of memory at a time unless the whole array is
 * asked for.
 *
 * Every method that takes a member's name throws a `RangeError` if no member has that name, and a `FormatError` that names
 * file, member and byte if the member is damaged.
 */
export interface NpzReader extends Disposable {
  /** Name of the file, for messages. */
  readonly name: string;
  /** The arrays in the order of the file's directory; members that are not `.npy` are left out. */
  readonly members: readonly NpzMember[];
  /** Comment of the zip file. */
  readonly comment: string;
  /** Reads the type and the shape of an array. */
  header(member: string): Promise<NpyHeader>;
  /** Reads a whole array. */
  read(member: string): Promise<NdArray>;
  /**
   * Reads an array as float64 values in C order, piece by piece. A piece may share the source's memory and must
   * not be written to. A wrong checksum shows at the end, after all pieces. An array in Fortran order is held in
   * memory as a whole. 64-bit integers beyond ±(2^53 − 1), which float64 may not hold exactly, are refused.
   */
  numbers(member: string): AsyncGenerator<Float64Array<ArrayBuffer>>;
  /** Closes the file, unless it was given as a source. */
  close(): void;
}
