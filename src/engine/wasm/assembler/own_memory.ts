import { type ByteWriter, moveAddresses } from "./encoding.ts";

/** Addresses below this one are kept for constants. */
export const CONSTANTS_END = 4096;

const FIRST_CONSTANT = 64;
/** Beginning of a segment that is written to the first memory. */
const OF_FIRST_MEMORY = 0;
const I32_CONST = 0x41;
const END_OF_EXPRESSION = 0x0b;

/** Where the first thread's own memory is, and its size. */
export interface OwnMemoryPlace {
  readonly address: number;
  readonly bytes: number;
}

/**
 * A piece of the shared memory that a thread has for itself. Addresses in it are counted from its beginning, and written into
 * the code as constants, which the runtime does not check: a load with a constant address is one instruction, others three.
 * So each thread runs a copy of the code with addresses of its own. A second memory of each instance would do with one copy, but V8 reads
 * where it begins and how long it is again for each access.
 */
export class OwnMemory {
  readonly #place: OwnMemoryPlace;
  /** Addresses by the bits of the constant. */
  readonly #constants = new Map<number, number>();

  /** Lays out the memory. */
  constructor(place: OwnMemoryPlace) {
    this.#place = place;
  }

  /** Whether there is any. */
  get exists(): boolean {
    return this.#place.bytes > 0;
  }

  /** Writes an address as an instruction that pushes it. */
  pushAddress(writer: ByteWriter, address: number): void {
    writer.byte(I32_CONST);
    writer.movableAddress(this.#place.address + address);
  }

  /**
   * Where a constant lies; `undefined` where it must be written into the code.
   *
   * @throws {RangeError} If there are too many.
   */
  addressOf(bits: number): number | undefined {
    if (!this.exists) return undefined;
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
    writer.byte(OF_FIRST_MEMORY);
    this.pushAddress(writer, FIRST_CONSTANT);
    writer.byte(END_OF_EXPRESSION);
    writer.unsigned(4 * this.#constants.size);
    for (const bits of this.#constants.keys()) writer.int32(bits);
  }
}

/** A module in the binary format, for the first thread. */
export interface ModuleCode {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where it has addresses in a thread's own memory. */
  readonly ownAddresses: readonly number[];
}

/** The module for a thread whose own memory is so many bytes after the first thread's. */
export function codeOfThread(
  { bytes, ownAddresses }: ModuleCode,
  distance: number,
): Uint8Array<ArrayBuffer> {
  return distance === 0 ? bytes : moveAddresses(bytes, ownAddresses, distance);
}
