import type { PackedArray } from "../base/arrays.ts";
import { PackedBuilder } from "./packing.ts";

const CHUNK_VALUES = 1 << 18;
/** Small, since most files are. */
const FIRST_CHUNK_VALUES = 1 << 12;

/** Packs values as {@linkcode PackedBuilder} does, but without knowing their number in advance. */
export class PackedChunks {
  readonly #chunks: PackedArray[] = [];
  #staged = new Float64Array(FIRST_CHUNK_VALUES);
  #stagedCount = 0;
  #total = 0;

  /** Appends values; the array itself is not kept. */
  append(values: Float64Array): void {
    for (let taken = 0; taken < values.length;) {
      const part = values.subarray(taken, taken + this.#staged.length - this.#stagedCount);
      this.#staged.set(part, this.#stagedCount);
      this.#stagedCount += part.length;
      taken += part.length;
      if (this.#stagedCount < this.#staged.length) continue;
      this.#closeChunk();
      if (this.#staged.length < CHUNK_VALUES) this.#staged = new Float64Array(CHUNK_VALUES);
    }
    this.#total += values.length;
  }

  /** All values in one array; no more may be appended afterwards. */
  finish(): PackedArray {
    this.#closeChunk();
    const builder = new PackedBuilder(this.#total);
    for (const chunk of this.#chunks) builder.append(chunk);
    return builder.finish();
  }

  #closeChunk(): void {
    const builder = new PackedBuilder(this.#stagedCount);
    builder.append(this.#staged.subarray(0, this.#stagedCount));
    this.#chunks.push(builder.finish());
    this.#stagedCount = 0;
  }
}
