import type { ByteWriter } from "./encoding.ts";

/**
 * The memory that all threads share, or the one that each instance of a module has for itself. Addresses in the latter
 * can be constants, which the runtime does not check: a load with a constant address is one instruction, others three.
 * Where a runtime knows one memory only, it is a piece of the shared one, and its addresses are checked like others.
 */
export type MemoryName = "shared" | "own";

/** Number of the memory that each instance has for itself, beside the shared one. */
export const OWN_MEMORY = 1;
/** Addresses below this one are kept for constants. */
export const CONSTANTS_END = 4096;

const FIRST_CONSTANT = 64;
const PAGE_BYTES = 65536;
const WITH_MAXIMUM = 1;
/** Beginning of a segment that is written to a memory by its number. */
const OF_NUMBERED_MEMORY = 2;
const I32_CONST = 0x41;
const END_OF_EXPRESSION = 0x0b;

/** Where a module's instances have the memory that they do not share. */
export interface OwnMemoryPlace {
  readonly bytes: number;
  /**
   * Where a runtime lacks modules of two memories: the distance of that memory from the beginning of the thread's scratch
   * memory, a piece of the shared one. Absent where each instance has a memory beside the shared one.
   */
  readonly offset?: number | undefined;
}

/** The memory that each instance of a module has for itself. */
export class OwnMemory {
  /** Where it is. */
  readonly place: OwnMemoryPlace;
  /** Addresses by the bits of the constant. */
  readonly #constants = new Map<number, number>();

  /** Lays out the memory. */
  constructor(place: OwnMemoryPlace) {
    this.place = place;
  }

  /** Whether a module has the memory beside the shared one. */
  get isSeparate(): boolean {
    return this.place.bytes > 0 && this.place.offset === undefined;
  }

  /**
   * Where a constant lies; `undefined` where it must be written into the code.
   *
   * @throws {RangeError} If there are too many.
   */
  addressOf(bits: number): number | undefined {
    if (!this.isSeparate) return undefined;
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

  /** Writes the section that declares the memory. */
  writeMemory(writer: ByteWriter): void {
    const pages = Math.ceil(this.place.bytes / PAGE_BYTES);
    writer.byte(WITH_MAXIMUM);
    writer.unsigned(pages);
    writer.unsigned(pages);
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
