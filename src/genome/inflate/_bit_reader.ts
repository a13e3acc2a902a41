import type { Bytes } from "../../base/bytes.ts";
import type { SymbolTable } from "./_symbol_tables.ts";

/** A symbol with its extra bits, and a distance with its own, take less. */
const SYMBOL_BYTES = 8;

/** Reads bits, the lowest of a byte first, from pieces that come one after the other. */
export class BitReader {
  readonly #pieces: AsyncIterator<Bytes>;
  #bytes: Bytes = new Uint8Array();
  #at = 0;
  #isLast = false;
  #hold = 0;
  #held = 0;

  constructor(pieces: AsyncIterable<Bytes>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** Whole bytes that can be taken without waiting. */
  get available(): number {
    return this.#bytes.length - this.#at + (this.#held >> 3);
  }

  /** Whether a symbol and a distance can be taken; at the end of the input the last ones can, which may prove too long. */
  get hasSymbols(): boolean {
    return this.#isLast || this.#bytes.length - this.#at >= SYMBOL_BYTES;
  }

  /** Has so many bytes ready, if there are so many; returns whether there are. */
  async need(bytes: number): Promise<boolean> {
    while (this.available < bytes && !this.#isLast) {
      const { done, value } = await this.#pieces.next();
      if (done) this.#isLast = true;
      else {
        const rest = this.#bytes.subarray(this.#at);
        const joined = new Uint8Array(rest.length + value.length);
        joined.set(rest);
        joined.set(value, rest.length);
        this.#bytes = joined;
        this.#at = 0;
      }
    }
    return this.available >= bytes;
  }

  /** Says that no more is wanted. */
  async close(): Promise<void> {
    await this.#pieces.return?.();
  }

  /** Takes up to 16 bits. */
  take(bits: number): number {
    this.#fill(bits);
    const value = this.#hold & (1 << bits) - 1;
    this.#hold >>>= bits;
    this.#held -= bits;
    return value;
  }

  /** Takes the next symbol of a code. */
  symbol({ table, bits }: SymbolTable): number {
    // The last symbols of a file may be shorter than the longest one.
    while (this.#held < bits && this.#at < this.#bytes.length) {
      this.#hold |= this.#bytes[this.#at++]! << this.#held;
      this.#held += 8;
    }
    const entry = table[this.#hold & (1 << bits) - 1]!;
    const length = entry & 15;
    if (length === 0) throw new Error("invalid code");
    if (length > this.#held) throw new Error("unexpected end of file");
    this.#hold >>>= length;
    this.#held -= length;
    return entry >> 4;
  }

  /** Skips the rest of a byte. */
  alignToByte(): void {
    this.take(this.#held & 7);
  }

  /** Takes a byte; call {@linkcode alignToByte} before. */
  takeByte(): number {
    return this.take(8);
  }

  /** Skips bytes that are there. */
  skip(bytes: number): void {
    for (let i = 0; i < bytes; i++) this.take(8);
  }

  /** Copies bytes that are there. */
  copyTo(target: Bytes, offset: number, count: number): void {
    let done = 0;
    while (this.#held > 0 && done < count) target[offset + done++] = this.take(8);
    const end = this.#at + count - done;
    target.set(this.#bytes.subarray(this.#at, end), offset + done);
    this.#at = end;
  }

  #fill(bits: number): void {
    while (this.#held < bits) {
      if (this.#at >= this.#bytes.length) throw new Error("unexpected end of file");
      this.#hold |= this.#bytes[this.#at++]! << this.#held;
      this.#held += 8;
    }
  }
}
