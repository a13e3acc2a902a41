/** Signal that stays where it is stored, for data that do not fit into memory. */

import type { PackedArray, PackedType } from "../base/arrays.ts";
import type { AbortOptions } from "../progress.ts";

/**
 * The signal of samples, `[sample, bin, mark]` row-major, that is not in memory: chunks of whole samples are read when they
 * are needed. In `SampleColumns.signal` it stands where data that fit have an array.
 */
export interface StoredSignal {
  /** The type of the numbers, as they are in memory once they are read. */
  readonly type: PackedType;
  /** Number of values of all samples, as the length of an array would be. */
  readonly length: number;
  /** Values of a sample: bins × marks. */
  readonly rowSize: number;
  /** The first row of each chunk, and after the last the number of rows, `[chunk + 1]`. */
  readonly chunkStarts: Uint32Array;
  /** Identifies the values: other values have another digest. It is known without reading them. */
  readonly digest: string;
  /**
   * Reads a chunk.
   *
   * @param chunk Its number, from 0.
   * @param options Gives it up.
   * @returns Its values, `[row of the chunk, bin, mark]`: the caller's to keep and change.
   * @throws {FormatError} If it is damaged or lost.
   */
  readChunk(chunk: number, options?: AbortOptions): Promise<PackedArray>;
  /**
   * Reads a chunk, and has the caller's thread wait for it.
   *
   * @param chunk Its number, from 0.
   * @returns Its values, as `readChunk` gives them.
   * @throws {FormatError} If it is damaged or lost.
   * @throws {ContractError} Where files cannot be read so, as in browsers.
   */
  readChunkSync(chunk: number): PackedArray;
}

/** Whether signal stays where it is stored. */
export function isStored(signal: PackedArray | StoredSignal): signal is StoredSignal {
  return "readChunkSync" in signal;
}
