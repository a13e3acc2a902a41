import { kindOfValue } from "../base/kind_of_value.ts";
import type { EarlyStopping } from "../model/trained_model.ts";
import type { EpochRecord } from "./epoch_record.ts";

/**
 * Finds the best epoch of a run: the first of those with the least loss on the validation data.
 *
 * @param history The epochs, as `FitResult.history` has them.
 * @returns The number of the epoch, from 1; `undefined` without epochs or without validation data.
 * @throws {TypeError} If the history is no array.
 *
 * @example The second of three
 * ```ts
 * import { bestEpoch } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const history = [0.9, 0.7, 0.8].map((validationLoss, i) => {
 *   return { epoch: i + 1, loss: 0.5, validationLoss, seconds: 1, samplesPerSecond: 1000 };
 * });
 * strictEqual(bestEpoch(history), 2);
 * ```
 */
export function bestEpoch(history: readonly EpochRecord[]): number | undefined {
  if (!Array.isArray(history)) {
    throw new TypeError(
      `Cannot find the best epoch: found ${
        kindOfValue(history)
      }, expected the history that fit returns`,
    );
  }
  let best: { readonly epoch: number; readonly loss: number } | undefined;
  for (const { epoch, validationLoss } of history) {
    // An epoch whose validation loss was not finite ends a run, and is not in its history.
    // JSON has null for what is not given, and it would be less than any loss.
    if (
      (validationLoss ?? undefined) === undefined ||
      best !== undefined && validationLoss >= best.loss
    ) continue;
    best = { epoch, loss: validationLoss };
  }
  return best?.epoch;
}

/** Whether a run ends after the last epoch of its history, before those that were asked for. */
export function hasStopped(
  history: readonly EpochRecord[],
  earlyStopping: EarlyStopping | undefined,
): boolean {
  if (earlyStopping === undefined) return false;
  const best = bestEpoch(history);
  return best !== undefined && history.length - best >= earlyStopping.patience;
}

/** The number of the epoch whose weights a run's model has: its best, if that is to be kept, or its last. */
export function keptEpoch(
  history: readonly EpochRecord[],
  earlyStopping: EarlyStopping | undefined,
): number {
  return earlyStopping?.restoreBest ? bestEpoch(history) ?? 0 : history.length;
}
