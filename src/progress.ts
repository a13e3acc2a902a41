/**
 * How everything that takes long says how far it is, and how it is told to end.
 *
 * - `onProgress` gets a {@linkcode Progress}, or something that has more to say than one. The last call has `done` equal
 *   to `total`, unless the work ended early.
 * - `signal` means: give up. The call rejects with the signal's reason, and what it held is released.
 * - `stop`, of functions that have something to give before they are through, means: end after the step that runs, and
 *   resolve with what there is.
 * - Runs, members and folds count from 0 wherever a callback names them; epochs count from 1, as in a history.
 *
 * @module
 */

/**
 * How far some work is.
 *
 * @example A line for people
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import type { Progress } from "@waka/histone/progress";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit, predict } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * let line = "";
 * const onProgress = ({ done, total, unit }: Progress) => line = `${done} of ${total} ${unit}`;
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 2, engine: "wasm", onProgress });
 * strictEqual(line, "32 of 32 samples"); // 16 in each epoch
 * await predict(model, data, { engine: "wasm", onProgress });
 * strictEqual(line, "16 of 16 samples");
 * ```
 */
export interface Progress {
  /** How much is done; it may be a fraction where a unit takes long. */
  readonly done: number;
  /** How much there is to do. */
  readonly total: number;
  /** What is counted, in words and in the plural, such as `samples` or `bytes`. */
  readonly unit: string;
}

/**
 * Is called from time to time with how far some work is. What it throws ends the work, and is thrown. It is not waited for:
 * what its promise is rejected with ends the work at the next call or at the end. Functions that are not asynchronous
 * themselves refuse one that returns a promise.
 */
export type OnProgress = (progress: Progress) => void;

/** How a call is given up; see the module. */
export interface AbortOptions {
  /** Gives the work up: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}
