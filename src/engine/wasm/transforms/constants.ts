import type { FunctionAssembler } from "../assembler/assembler.ts";

/** Numbers that kernels load from fixed addresses, which takes one instruction and no check of the address. */
export class ConstantPool {
  readonly #address: number;
  readonly #capacity: number;
  readonly #values: number[] = [];

  /** `address` is where the numbers will lie as float32, and `capacity` how many have room there. */
  constructor(address: number, capacity: number) {
    this.#address = address;
    this.#capacity = capacity;
  }

  /** The numbers, to be written to the pool's address before any kernel runs. */
  get values(): Float32Array<ArrayBuffer> {
    return Float32Array.from(this.#values);
  }

  /** Pushes four copies of a number, rounded to float32. */
  push(code: FunctionAssembler, value: number): void {
    const rounded = Math.fround(value);
    let index = this.#values.findIndex((known) => Object.is(known, rounded));
    if (index < 0) {
      if (this.#values.length === this.#capacity) {
        throw new RangeError(`Cannot keep a constant: the pool has room for ${this.#capacity}`);
      }
      index = this.#values.push(rounded) - 1;
    }
    code.i32(this.#address + 4 * index).loadSplat();
  }
}
