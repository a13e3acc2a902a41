/**
 * An npz file as its reader shows it.
 *
 * @module
 */

import type { NdArray, NpyHeader } from "./npy_types.ts";

/** One array of an npz file. */
export interface NpzMember {
  /** Its name, without `.npy`. */
  readonly name: string;
  /** Size of the npy bytes, header included. */
  readonly size: number;
  /** Size in the file; the same where it is not compressed. */
  readonly compressedSize: number;
}

/**
 * An open npz file. Its arrays are read on demand, each with a few megabytes of memory at a time unless it is
 * asked for whole.
 *
 * All that takes a member's name throws a `RangeError` if there is none of that name, and a `FormatError`
 * that names file, member and byte if the member is damaged.
 */
export interface NpzReader extends Disposable {
  /** Name of the file, for messages. */
  readonly name: string;
  /** The arrays in the order of the file's directory; members that are not `.npy` are left out. */
  readonly members: readonly NpzMember[];
  /** Comment of the zip file. */
  readonly comment: string;
  /** Reads type and shape of an array. */
  header(member: string): Promise<NpyHeader>;
  /** Reads a whole array. */
  read(member: string): Promise<NdArray>;
  /**
   * Reads an array as float64 values in C order, piece by piece. A piece may share the source's memory and must
   * not be written to. Checksum errors show at the end, after all pieces. An array in Fortran order is held in
   * memory as a whole. 64-bit integers beyond ±(2^53 − 1) are refused, being inexact in float64.
   */
  numbers(member: string): AsyncGenerator<Float64Array<ArrayBuffer>>;
  /** Closes the file, if it was opened here. */
  close(): void;
}
