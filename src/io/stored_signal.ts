/** Signal that stays where it is stored, for data that do not fit into memory. */

import { type PackedArray, type PackedType, packedTypeOf } from "../base/arrays.ts";
import { formatBytes } from "../base/byte_count.ts";
import { ContractError } from "../errors.ts";
import type { AbortOptions } from "../progress.ts";
import { bytesOfType } from "./packing.ts";

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

/**
 * Whether signal stays where it is stored.
 *
 * @param signal The signal of columns.
 * @returns False for an array.
 *
 * @example
 * ```ts
 * import { isStored } from "@waka/histone/io";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const { signal } = simulateColumns({ cellTypes: 1, genes: 2, newGenes: 1, bins: 4 }).train;
 * strictEqual(isStored(signal), false);
 * ```
 */
export function isStored(signal: PackedArray | StoredSignal): signal is StoredSignal {
  return "readChunkSync" in signal;
}

/**
 * The signal as an array, for what needs all of it.
 *
 * @param signal The signal of columns.
 * @param action What needs it, as in `train waka3`; for the message.
 * @returns The array.
 * @throws {ContractError} If it stays where it is stored; the message says what to do.
 *
 * @example
 * ```ts
 * import { inMemory } from "@waka/histone/io";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const { signal } = simulateColumns({ cellTypes: 1, genes: 2, newGenes: 1, bins: 4 }).train;
 * strictEqual(inMemory(signal, "count values").length, 2 * 4 * 5);
 * ```
 */
export function inMemory(signal: PackedArray | StoredSignal, action: string): PackedArray {
  if (!isStored(signal)) return signal;
  const size = formatBytes(signalBytes(signal));
  throw new ContractError(
    `Cannot ${action}: found a signal of ${size} that stays on disk, expected one in memory. Lend more memory ` +
      "(--memory SIZE), or take fewer samples",
  );
}

/** The bytes that a signal has in memory, or would have. */
export function signalBytes(signal: PackedArray | StoredSignal): number {
  return signal.length * bytesOfType(typeOfSignal(signal));
}

/** The type of a signal's numbers. */
export function typeOfSignal(signal: PackedArray | StoredSignal): PackedType {
  return isStored(signal) ? signal.type : packedTypeOf(signal);
}

/** Values of a chunk: 1 MB as most counts are stored. */
const CHUNK_VALUES = 2 ** 19;

/**
 * The samples of a chunk, where nothing else decides it: the same whatever the type, which shows only once all values are
 * known.
 *
 * @param rowSize Values of a sample.
 * @returns Their number, at least 1.
 */
export function chunkRowsOf(rowSize: number): number {
  return Math.max(1, Math.floor(CHUNK_VALUES / rowSize));
}
