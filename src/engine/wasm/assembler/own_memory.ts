import type { ByteWriter } from "./encoding.ts";

/** Number of the memory that each instance has for itself, beside the shared one. */
export const OWN_MEMORY = 1;

const FIRST_CONSTANT = 64;
const CONSTANTS_END = 4096;
const CACHE_LINE = 64;
/**
 * Lines between regions. Regions whose places differ by a multiple of 4 KiB would compete for the same lines of the
 * nearest cache, and loads would wait for stores that only look as if they wrote the same place.
 */
const GAP_LINES = 5;
/** Beginning of a segment that is written to a memory by its number. */
const OF_NUMBERED_MEMORY = 2;
const I32_CONST = 0x41;
const END_OF_EXPRESSION = 0x0b;

/** The layout of the memory that each instance of a module has for itself. */
export class OwnMemory {
  /** Addresses by the bits of the constant. */
  readonly #constants = new Map<number, number>();
  #end = 0;

  /** Bytes in use. */
  get bytes(): number {
    return this.#constants.size > 0 ? Math.max(this.#end, CONSTANTS_END) : this.#end;
  }

  /** Reserves a region, zero at first; returns its address. */
  take(bytes: number): number {
    const address = Math.max(this.#end, CONSTANTS_END);
    this.#end = address + (Math.ceil(bytes / CACHE_LINE) + GAP_LINES) * CACHE_LINE;
    return address;
  }

  /**
   * Where a constant lies.
   *
   * @throws {RangeError} If there are too many.
   */
  addressOf(bits: number): number {
    const known = this.#constants.get(bits);
    if (known !== undefined) return known;
    const count = this.#constants.size;
    const address = FIRST_CONSTANT + 4 * count;
    if (address >= CONSTANTS_END) {
      throw new RangeError(`Cannot keep another constant: there are ${count} already`);
    }
    this.#constants.set(bits, address);
    return address;
  }

  /** Writes the segment that puts the constants into the memory. */
  writeConstants(writer: ByteWriter): void {
    writer.byte(OF_NUMBERED_MEMORY);
    writer.byte(OWN_MEMORY);
    writer.byte(I32_CONST);
    writer.signed(FIRST_CONSTANT);
    writer.byte(END_OF_EXPRESSION);
    writer.unsigned(4 * this.#constants.size);
    for (const bits of this.#constants.keys()) writer.int32(bits);
  }
}
