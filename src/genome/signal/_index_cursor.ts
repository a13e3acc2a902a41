import { FormatError } from "../../errors.ts";
import type { VirtualOffset } from "./bgzf.ts";

/** Reads the numbers of an index from front to back. Every count is checked against the number of bytes left. */
export class IndexCursor {
  readonly #file: string;
  readonly #view: DataView;
  /** Offset of the next number, in bytes. */
  at = 0;

  constructor(file: string, bytes: Uint8Array) {
    this.#file = file;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  uint32(): number {
    this.#need(4);
    this.at += 4;
    return this.#view.getUint32(this.at - 4, true);
  }

  /** Reads a count of items that take at least `itemBytes` each. */
  count(itemBytes: number): number {
    const count = this.uint32();
    this.#need(count * itemBytes);
    return count;
  }

  /** Reads a 64-bit integer, which must be a safe integer of JavaScript. */
  uint64(): number {
    const low = this.uint32();
    const value = this.uint32() * 2 ** 32 + low;
    if (!Number.isSafeInteger(value)) this.fail(`it holds the number ${value}`);
    return value;
  }

  virtualOffset(): VirtualOffset {
    const low = this.uint32();
    const blockPosition = this.uint32() * 2 ** 16 + (low >>> 16);
    return { blockPosition, dataPosition: low & 0xffff };
  }

  skip(bytes: number): void {
    this.#need(bytes);
    this.at += bytes;
  }

  fail(found: string): never {
    throw new FormatError(`Cannot read index: ${found}: it is damaged or cut short`, {
      file: this.#file,
      byteOffset: this.at,
    });
  }

  #need(bytes: number): void {
    if (this.at + bytes <= this.#view.byteLength) return;
    this.fail(`${bytes} bytes should follow, found ${this.#view.byteLength - this.at}`);
  }
}
