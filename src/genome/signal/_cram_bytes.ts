/** The bytes of CRAM files (CRAM 3.1 specification, sections 2.3 and 8): numbers of variable length, and bits. */

import { FormatError } from "../../errors.ts";

/** Where bytes come from, for messages. */
export interface BytePlace {
  readonly file: string;
  /** Offset of the bytes, or of the block that they were inflated from, in bytes. */
  readonly byteOffset: number;
}

/** Throws the error of a damaged file. */
export function failCram(found: string, { file, byteOffset }: BytePlace, cause?: unknown): never {
  throw new FormatError(
    `Cannot read CRAM: ${found}: the file is damaged or cut short, or its index is of another file`,
    { file, byteOffset, cause },
  );
}

/** Reads numbers from front to back, and never past the end. */
export class CramCursor {
  readonly bytes: Uint8Array;
  readonly place: BytePlace;
  /** Index of the next byte. */
  at = 0;

  constructor(bytes: Uint8Array, place: BytePlace) {
    this.bytes = bytes;
    this.place = place;
  }

  /** Number of bytes left. */
  get left(): number {
    return this.bytes.length - this.at;
  }

  byte(): number {
    if (this.at >= this.bytes.length) this.fail("a block ends too early");
    return this.bytes[this.at++]!;
  }

  /** A little-endian integer of four bytes. */
  int32(): number {
    const at = this.skip(4);
    const { bytes } = this;
    return bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24;
  }

  /** An integer of one to five bytes, whose first bits say how many (ITF-8). */
  itf8(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    if (first < 0xc0) return (first & 0x3f) << 8 | this.byte();
    if (first < 0xe0) return (first & 0x1f) << 16 | this.byte() << 8 | this.byte();
    if (first < 0xf0) {
      return (first & 0x0f) << 24 | this.byte() << 16 | this.byte() << 8 | this.byte();
    }
    const middle = this.byte() << 20 | this.byte() << 12 | this.byte() << 4;
    return (first & 0x0f) << 28 | middle | this.byte() & 0x0f;
  }

  /** Skips an integer of one to nine bytes (LTF-8). */
  skipLtf8(): void {
    const first = this.byte();
    this.skip(Math.clz32(~(first << 24)));
  }

  /** A count of things that take at least one byte each. */
  count(): number {
    const count = this.itf8();
    if (count < 0 || count > this.left) this.fail(`${count} things follow in ${this.left} bytes`);
    return count;
  }

  /** Takes bytes, which are not copied. */
  take(length: number): Uint8Array {
    const at = this.skip(length);
    return this.bytes.subarray(at, at + length);
  }

  /** Skips bytes, and returns where they start. */
  skip(length: number): number {
    if (!(length >= 0 && length <= this.left)) this.fail("a block ends too early");
    const { at } = this;
    this.at += length;
    return at;
  }

  /** Skips bytes up to and including a byte of this value, and returns how many came before it. */
  skipPast(stop: number): number {
    const end = this.bytes.indexOf(stop, this.at);
    if (end < 0) this.fail("a block ends too early");
    const length = end - this.at;
    this.at = end + 1;
    return length;
  }

  fail(found: string): never {
    failCram(found, this.place);
  }
}

/** Reads bits, the highest of each byte first. */
export class BitCursor {
  readonly #bytes: Uint8Array;
  readonly #place: BytePlace;
  #at = 0;
  /** Number of bits of the next byte that are left. */
  #left = 8;

  constructor(bytes: Uint8Array, place: BytePlace) {
    this.#bytes = bytes;
    this.#place = place;
  }

  bit(): number {
    if (this.#at >= this.#bytes.length) failCram("the core block ends too early", this.#place);
    const bit = this.#bytes[this.#at]! >> --this.#left & 1;
    if (this.#left === 0) {
      this.#left = 8;
      this.#at++;
    }
    return bit;
  }

  /** Reads up to 32 bits as an integer. */
  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value << 1 | this.bit();
    return value;
  }

  /** Counts the bits of one value, up to the first of the other value, which is skipped. */
  run(value: number): number {
    let length = 0;
    while (this.bit() === value) length++;
    if (length > 31) failCram(`a number has ${length} bits`, this.#place);
    return length;
  }
}
