import type { Bytes, Field } from "./seed.ts";

/** Writes little-endian binary files, and records the boundaries and the numbers that may be changed to wrong ones. */
export class ByteWriter {
  readonly #bytes: number[] = [];
  readonly fields: Field[] = [];
  readonly boundaries: number[] = [];

  /** Bytes written so far. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Writes an integer, and records it as one that may be changed. */
  field(bytes: Field["bytes"], value: number): this {
    this.fields.push({ offset: this.length, bytes });
    return this.integer(bytes, value);
  }

  /** Writes an integer that is not worth changing. */
  integer(bytes: Field["bytes"], value: number): this {
    let left = value < 0 ? BigInt.asUintN(64, BigInt(value)) : BigInt(value);
    for (let i = 0; i < bytes; i++, left /= 256n) this.#bytes.push(Number(left % 256n));
    return this;
  }

  float32(value: number): this {
    return this.raw(new Uint8Array(Float32Array.of(value).buffer));
  }

  raw(bytes: Uint8Array): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  text(text: string): this {
    return this.raw(new TextEncoder().encode(text));
  }

  /** Records that a structure ends here. */
  boundary(): this {
    this.boundaries.push(this.length);
    return this;
  }

  /** Appends the bytes of another writer, with its records. */
  append(other: ByteWriter): this {
    for (const { offset, bytes } of other.fields) {
      this.fields.push({ offset: offset + this.length, bytes });
    }
    for (const offset of other.boundaries) this.boundaries.push(offset + this.length);
    return this.raw(other.finish());
  }

  finish(): Bytes {
    return Uint8Array.from(this.#bytes);
  }
}
