import { isStored, type StoredSignal } from "../io/stored_signal.ts";
import { bytesOfType } from "../io/packing.ts";
import type { PackedArray } from "../base/arrays.ts";

/** Bytes of the signal of a window, unless another number is given; two windows of each model are in memory. */
const WINDOW_BYTES = 2 ** 27;
/** Two windows, and as much again for the rest of the program, take half of the memory that is lent. */
const SHARE_OF_MEMORY = 1 / 8;

/** What a window depends on; see {@linkcode chooseWindow}. */
export interface ChooseWindowOptions {
  /** Samples of a step: a window is a multiple of it. */
  readonly batchSize: number;
  /**
   * Samples of a window that are wanted, which are rounded up to whole batches.
   *
   * @default {those whose signal takes 128 MiB, if it is not in memory}
   */
  readonly window?: number | undefined;
  /**
   * Bytes of memory that may be used: an eighth of it is for a window, if that is less than 128 MiB.
   *
   * @default {no limit}
   */
  readonly mostBytes?: number | undefined;
}

/**
 * Chooses how many samples are shuffled together in training. Signal that is in memory is shuffled as a whole unless a
 * number is given. It depends on the data, not on the machine.
 *
 * @param data The samples, such as a `Dataset`.
 * @param options What the window depends on.
 * @returns Samples of a window; `undefined` where all are shuffled together.
 *
 * @example Data in memory
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { chooseWindow } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * strictEqual(chooseWindow(data, { batchSize: 5 }), undefined);
 * strictEqual(chooseWindow(data, { batchSize: 5, window: 12 }), 15);
 * ```
 */
export function chooseWindow(
  { columns: { signal } }: { readonly columns: { readonly signal: PackedArray | StoredSignal } },
  { batchSize, window, mostBytes = Infinity }: ChooseWindowOptions,
): number | undefined {
  if (window !== undefined) return batchSize * Math.ceil(window / batchSize);
  if (!isStored(signal)) return undefined;
  const { type, rowSize } = signal;
  const bytes = Math.min(WINDOW_BYTES, SHARE_OF_MEMORY * mostBytes);
  return batchSize * Math.max(1, Math.floor(bytes / (batchSize * rowSize * bytesOfType(type))));
}
