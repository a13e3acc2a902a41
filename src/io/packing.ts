/**
 * Numbers in the narrowest type that holds them exactly.
 *
 * @module
 */

import type { PackedArray, PackedType } from "../arrays.ts";

type PackedConstructor = new (buffer: ArrayBufferLike) => PackedArray;

/** From narrow to wide; of the two types of 4 bytes the integers first. */
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

/**
 * Collects a known number of values and keeps them in the narrowest of uint8, uint16, uint32, float32 and
 * float64 that holds every one so far exactly. Counts of reads mostly end up in two bytes instead of eight.
 *
 * The memory is a `SharedArrayBuffer` where the platform has one, so that workers can use it without a copy.
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
  #type: PackedType = "uint8";
  #packed: PackedArray;
  #filled = 0;

  /**
   * Makes room for the values.
   *
   * @param length How many values there will be.
   * @throws {RangeError} If that is no integer >= 0, or more than the platform can hold.
   */
  constructor(length: number) {
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(`Cannot pack ${length} values: expected an integer >= 0`);
    }
    this.#length = length;
    this.#packed = allocate(this.#type, length);
  }

  /**
   * Adds values behind those so far.
   *
   * @param values Any numbers; not kept.
   * @throws {RangeError} If they are more than the builder was made for.
   */
  append(values: Float64Array): void {
    const end = this.#filled + values.length;
    if (end > this.#length) {
      throw new RangeError(`Cannot pack value ${end}: the builder was made for ${this.#length}`);
    }
    const type = this.#typeFor(values);
    if (type !== this.#type) this.#widen(type);
    this.#packed.set(values, this.#filled);
    this.#filled = end;
  }

  /**
   * The values in their final type; the builder must not be used after.
   *
   * @throws {RangeError} If some are still missing.
   */
  finish(): PackedArray {
    if (this.#filled !== this.#length) {
      throw new RangeError(
        `Cannot finish packing: ${this.#filled} values were added, expected ${this.#length}`,
      );
    }
    return this.#packed;
  }

  /** The narrowest type for the values so far and these. */
  #typeFor(values: Float64Array): PackedType {
    const current = this.#type;
    if (current === "float64") return current;
    if (current !== "float32") {
      const integer = integerType(values);
      if (integer !== undefined) {
        return TYPES.indexOf(integer) > TYPES.indexOf(current) ? integer : current;
      }
    }
    // Integers below 2^16 are exact in float32, those of uint32 not always.
    const exact = areFloat32(values) &&
      (current !== "uint32" || areFloat32(this.#packed.subarray(0, this.#filled)));
    return exact ? "float32" : "float64";
  }

  #widen(type: PackedType): void {
    const wider = allocate(type, this.#length);
    wider.set(this.#packed.subarray(0, this.#filled));
    this.#packed = wider;
    this.#type = type;
  }
}

function allocate(type: PackedType, length: number): PackedArray {
  const Type = CONSTRUCTORS[type];
  const bytes = length * Type.BYTES_PER_ELEMENT;
  return new Type(
    typeof SharedArrayBuffer === "function" ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes),
  );
}

/** The narrowest unsigned type for the values, or `undefined` if one of them is no such integer. */
function integerType(values: Float64Array): PackedType | undefined {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value >>> 0 !== value) return undefined;
    if (value > largest) largest = value;
  }
  return largest < 2 ** 8 ? "uint8" : largest < 2 ** 16 ? "uint16" : "uint32";
}

function areFloat32(values: Float64Array | PackedArray): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Math.fround(value) !== value && !Number.isNaN(value)) return false;
  }
  return true;
}
