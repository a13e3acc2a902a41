/**
 * Keeps numbers in the narrowest type that holds them exactly.
 *
 * @module
 */

import { HAS_SHARED_MEMORY, sharedBuffer } from "../base/shared_memory.ts";
import { type PackedArray, type PackedType, packedTypeOf } from "../base/arrays.ts";

type PackedConstructor = new (
  buffer: ArrayBufferLike,
  byteOffset?: number,
  length?: number,
) => PackedArray;

/** Bytes of so many values are allocated with room to become two bytes each. */
const ROOMY_LENGTH = 2 ** 24;

/** Types from narrow to wide; of the two types of 4 bytes, the integers come first. */
const TYPES: readonly PackedType[] = ["uint8", "uint16", "uint32", "float32", "float64"];

const CONSTRUCTORS: Readonly<
  Record<PackedType, PackedConstructor & { BYTES_PER_ELEMENT: number }>
> = {
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Options of {@linkcode PackedBuilder}. */
export interface PackedBuilderOptions {
  /**
   * Whether the memory is a `SharedArrayBuffer`, which workers can use without a copy, or an `ArrayBuffer`, which can
   * be transferred.
   *
   * @default {true where the platform has SharedArrayBuffer}
   */
  readonly shared?: boolean | undefined;
}

/**
 * Collects a known number of values and keeps them in the narrowest of uint8, uint16, uint32, float32 and
 * float64 that holds all of them exactly so far. Counts of reads mostly end up in two bytes instead of eight.
 * Negative zero may become zero; NaN and infinities are kept, as floats.
 *
 * @example
 * ```ts
 * import { PackedBuilder } from "@waka/histone/io";
 * import { ok } from "node:assert";
 *
 * const builder = new PackedBuilder(3);
 * builder.append(new Float64Array([0, 255]));
 * builder.append(new Float64Array([256]));
 * ok(builder.finish() instanceof Uint16Array);
 * ```
 */
export class PackedBuilder {
  readonly #length: number;
  readonly #shared: boolean;
  #type: PackedType = "uint8";
  #packed: PackedArray;
  /** Number of values so far. */
  #count = 0;
  /** The place after the last value so far. */
  #end = 0;

  /**
   * Makes room for the values.
   *
   * @param length Number of values that there will be.
   * @param options The kind of memory.
   * @throws {RangeError} If the length is not an integer >= 0, or more than the platform can hold.
   */
  constructor(length: number, options: PackedBuilderOptions = {}) {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(`Cannot pack ${length} values: expected an integer >= 0`);
    }
    this.#length = length;
    this.#shared = options.shared ?? HAS_SHARED_MEMORY;
    this.#packed = this.#allocate(this.#type);
  }

  /**
   * Appends values.
   *
   * @param values Any numbers; not kept.
   * @throws {RangeError} If there are more values than the builder was made for.
   */
  append(values: PackedArray): void {
    this.place(values, this.#end);
  }

  /**
   * Adds values at a place that has none yet, for parts that arrive in any order. The parts must not overlap, which is
   * not checked.
   *
   * @param values Any numbers; not kept.
   * @param start Place of the first value.
   * @throws {RangeError} If the values reach past the length that the builder was made for.
   */
  place(values: PackedArray, start: number): void {
    const end = start + values.length;
    if (end > this.#length) {
      throw new RangeError(`Cannot pack value ${end}: the builder was made for ${this.#length}`);
    }
    const type = this.#typeFor(values);
    if (type !== this.#type) this.#widen(type);
    this.#packed.set(values, start);
    this.#count += values.length;
    this.#end = Math.max(this.#end, end);
  }

  /**
   * The values in their final type; the builder must not be used afterwards.
   *
   * @returns All values.
   * @throws {RangeError} If values are still missing.
   */
  finish(): PackedArray {
    if (this.#count !== this.#length) {
      throw new RangeError(
        `Cannot finish packing: ${this.#count} values were added, expected ${this.#length}`,
      );
    }
    return this.#packed;
  }

  /** The narrowest type for the values so far and these new ones. */
  #typeFor(values: PackedArray): PackedType {
    const current = this.#type;
    if (holds(current, packedTypeOf(values))) return current;
    const needed = narrowestType(values);
    if (holds(current, needed)) return current;
    if (holds(needed, current)) return needed;
    // Only float32 and uint32 are left: float32 may or may not hold the integers.
    const integers = current === "uint32" ? this.#packed.subarray(0, this.#end) : values;
    return areFloat32(integers) ? "float32" : "float64";
  }

  #widen(type: PackedType): void {
    const narrow = this.#packed.subarray(0, this.#end);
    const { buffer } = this.#packed;
    this.#type = type;
    if (type === "uint16" && this.#isRoomy) {
      this.#packed = new Uint16Array(buffer, 0, this.#length);
      // From the end, so that no value is overwritten before it is moved.
      for (let i = narrow.length - 1; i >= 0; i--) this.#packed[i] = narrow[i]!;
      return;
    }
    this.#packed = this.#allocate(type);
    this.#packed.set(narrow);
  }

  #allocate(type: PackedType): PackedArray {
    const Type = CONSTRUCTORS[type];
    const values = this.#length * (type === "uint8" && this.#isRoomy ? 2 : 1);
    const bytes = values * Type.BYTES_PER_ELEMENT;
    const buffer = this.#shared ? sharedBuffer(bytes) : new ArrayBuffer(bytes);
    return new Type(buffer, 0, this.#length);
  }

  /**
   * Whether many bytes have room for twice as many, so that they can be widened where they are. Systems give memory only
   * when it is first written to, so what is not needed takes none.
   */
  get #isRoomy(): boolean {
    return this.#length >= ROOMY_LENGTH;
  }
}

/** Bytes that a value of a type takes. */
export function bytesOfType(type: PackedType): number {
  return CONSTRUCTORS[type].BYTES_PER_ELEMENT;
}

/** Makes room for values of a type, in memory that threads share where the platform has such. */
export function makePacked(type: PackedType, length: number): PackedArray {
  const bytes = length * bytesOfType(type);
  return new CONSTRUCTORS[type](HAS_SHARED_MEMORY ? sharedBuffer(bytes) : new ArrayBuffer(bytes));
}

/** Converts values to another type, which must hold them; returns the array itself if it has that type. */
export function asType(values: PackedArray, type: PackedType): PackedArray {
  if (values instanceof CONSTRUCTORS[type]) return values;
  const copy = new CONSTRUCTORS[type](
    new ArrayBuffer(values.length * CONSTRUCTORS[type].BYTES_PER_ELEMENT),
  );
  copy.set(values);
  return copy;
}

/** A view of the first `length` values of a type in memory, which must begin with them. */
export function viewPacked(
  type: PackedType,
  buffer: ArrayBufferLike,
  length: number,
): PackedArray {
  return new CONSTRUCTORS[type](buffer, 0, length);
}

/** Whether a type holds every value of another. */
function holds(wide: PackedType, narrow: PackedType): boolean {
  if (wide === "float32" && narrow === "uint32") return false;
  return TYPES.indexOf(wide) >= TYPES.indexOf(narrow);
}

/** The narrowest type that holds all of some values. */
export function narrowestType(values: PackedArray): PackedType {
  const type = packedTypeOf(values);
  if (type === "uint8") return type;
  if (type === "uint32") return integerType(bitsOf(values as Uint32Array));
  return integersOf(values) ?? (areFloat32(values) ? "float32" : "float64");
}

/** The narrowest type for integers below 2^32, from the largest of them or from all bits that are set in any. */
function integerType(largest: number): PackedType {
  return largest < 2 ** 8 ? "uint8" : largest < 2 ** 16 ? "uint16" : "uint32";
}

/** All bits that are set in any value. For known integers this takes a fifth of the time of {@linkcode integersOf}. */
function bitsOf(values: Uint32Array): number {
  let bits = 0;
  for (let i = 0; i < values.length; i++) bits |= values[i]!;
  return bits >>> 0;
}

/** The narrowest unsigned type for the values, or `undefined` if one of them is not an unsigned integer. */
function integersOf(values: PackedArray): PackedType | undefined {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value >>> 0 !== value) return undefined;
    if (value > largest) largest = value;
  }
  return integerType(largest);
}

function areFloat32(values: PackedArray): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Math.fround(value) !== value && !Number.isNaN(value)) return false;
  }
  return true;
}
