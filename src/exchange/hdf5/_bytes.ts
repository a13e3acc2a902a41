/** The bytes of an HDF5 file, of which no more is read than there is. */

import { FormatError } from "../../errors.ts";
import type { Bytes } from "../../base/bytes.ts";

/** An address that stands for nothing. */
const UNDEFINED_ADDRESS = 2n ** 64n - 1n;

/** A file in memory. */
export class Hdf5Bytes {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly #bytes: Bytes;
  readonly #view: DataView;
  /** Bytes that may still be read: damage could make the same ones be read for ever. */
  #left: number;
  /** Bytes that may still be kept: parts of a file do not overlap, so that all of them are no longer than it. */
  #free: number;

  constructor(bytes: Bytes, file: string) {
    this.file = file;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#left = 64 * bytes.length + 2 ** 20;
    this.#free = bytes.length;
  }

  /** Length of the file. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Refuses the file. */
  fail(found: string, byteOffset?: number): never {
    throw new FormatError(`Cannot read HDF5: ${found}`, { file: this.file, byteOffset });
  }

  /** Bytes at an address, which is checked; they are not copied. */
  at(address: number, length: number): Bytes {
    if (!(address >= 0 && length >= 0 && address + length <= this.#bytes.length)) {
      this.fail(
        `${length} bytes at ${address} are outside the file, which has ${this.#bytes.length}`,
      );
    }
    this.#left -= length;
    if (this.#left < 0) this.fail("its structures refer to each other without an end");
    return this.#bytes.subarray(address, address + length);
  }

  /**
   * Counts bytes that are kept while the file is read, of structures or of values: each byte may be kept once, or a small
   * file could fill the memory.
   */
  keep(length: number): void {
    this.#free -= length;
    if (this.#free < 0) this.fail("its parts overlap: together they are longer than the file");
  }

  /** A little-endian integer of 1, 2, 4 or 8 bytes; one of 8 that is too large for a number is refused. */
  integer(address: number, size: 1 | 2 | 4 | 8): number {
    this.at(address, size);
    switch (size) {
      case 1:
        return this.#view.getUint8(address);
      case 2:
        return this.#view.getUint16(address, true);
      case 4:
        return this.#view.getUint32(address, true);
      case 8: {
        const value = this.#view.getBigUint64(address, true);
        if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
          this.fail("a length or an address is too large", address);
        }
        return Number(value);
      }
    }
  }

  /** Whether an address is the one that stands for nothing. */
  isUndefined(address: number): boolean {
    this.at(address, 8);
    return this.#view.getBigUint64(address, true) === UNDEFINED_ADDRESS;
  }

  /** Throws unless a structure begins with its letters. */
  expectLetters(address: number, letters: string): void {
    const found = String.fromCharCode(...this.at(address, letters.length));
    if (found !== letters) {
      this.fail(`found ${JSON.stringify(found)}, expected ${letters}`, address);
    }
  }

  /** A text that ends with a zero, or with the bytes. */
  text(address: number, most: number): string {
    const bytes = this.at(address, Math.max(0, Math.min(most, this.#bytes.length - address)));
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }
}
