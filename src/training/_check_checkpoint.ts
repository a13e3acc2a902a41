/** What the numbers of a checkpoint must be, wherever it comes from: a program may have changed one in memory. */

import { FormatError } from "../errors.ts";
import type { EarlyStopping } from "../model/trained_model.ts";
import { hasStopped } from "./early_stopping.ts";
import type { FitCheckpoint, RunCheckpoint } from "./fit_types.ts";

/**
 * Throws unless the weights and moments of a checkpoint are finite, and its epoch agrees with the histories of its runs.
 *
 * @param checkpoint The checkpoint.
 * @param earlyStoppingOf How a run stops early, by its place in the checkpoint.
 * @throws {FormatError} As for a damaged file.
 */
export function checkCheckpoint(
  { runs, group: [first], epoch }: FitCheckpoint,
  earlyStoppingOf: (run: number) => EarlyStopping | undefined,
): void {
  for (const [i, run] of runs.entries()) {
    checkNumbers(run, i);
    const { history, diverged } = run;
    const wrong = history.findIndex((record, place) => record.epoch !== place + 1);
    if (wrong >= 0) {
      fail(`the history of run ${i} has epoch ${history[wrong]!.epoch} as number ${wrong + 1}`);
    }
    // Runs before the group are finished, and a run that diverged or stopped early waits for the others of its group.
    if (i < first) continue;
    const isOver = diverged !== undefined || hasStopped(history, earlyStoppingOf(i));
    if (isOver ? history.length <= epoch : history.length === epoch) continue;
    fail(
      `epoch is ${epoch}, and the history of run ${i} has ${history.length}, expected as many`,
    );
  }
}

/** States under way are left out: a run that is about to diverge may have any numbers there. */
function checkNumbers({ state, bestWeights = [] }: RunCheckpoint, run: number): void {
  const { weights, firstMoments, secondMoments } = state;
  const arrays = { weights, firstMoments, secondMoments, bestWeights };
  for (const [name, list] of Object.entries(arrays)) {
    for (const values of list) {
      const wrong = values.find((value) => !Number.isFinite(value));
      if (wrong === undefined) continue;
      fail(`${name} of run ${run} have ${wrong}, expected finite numbers`);
    }
  }
}

function fail(found: string): never {
  throw new FormatError(`Cannot read checkpoint: ${found}`);
}
