/** Whether two implementations compute the same, so that comparing their speed means something. */

import { ContractError } from "../../src/errors.ts";
import type { CheckSize, Outputs } from "./contestant.ts";

/** Three steps, of a batch that no vector width divides and that tf.js can do in seconds. */
export const CHECK_SIZE: CheckSize = { steps: 3, batchSize: 50 };

/** Float32 sums in another order: relative to the largest prediction. */
const PREDICTION_TOLERANCE = 1e-4;
/** Relative, for each step; Adam divides small gradients by their own size, so that differences grow. */
const LOSS_TOLERANCE = 1e-3;

/**
 * Compares what two implementations computed on the same samples and weights.
 *
 * @throws {ContractError} If they disagree, saying by how much.
 */
export function checkAgreement(ours: Outputs, theirs: Outputs, pair: string): void {
  const fail = (what: string): never => {
    throw new ContractError(`Cannot compare the speed of ${pair}: ${what}`);
  };
  const { steps, batchSize } = CHECK_SIZE;
  for (const { predictions, losses } of [ours, theirs]) {
    if (predictions.length !== steps * batchSize || losses.length !== steps) {
      fail(
        `found ${predictions.length} predictions and ${losses.length} losses, ` +
          `expected ${steps * batchSize} and ${steps}`,
      );
    }
  }
  const largest = Math.max(...theirs.predictions.map(Math.abs));
  const apart = Math.max(
    ...ours.predictions.map((value, i) => Math.abs(value - theirs.predictions[i]!)),
  );
  // Written so that NaN fails.
  if (!(apart <= PREDICTION_TOLERANCE * largest)) {
    fail(`predictions differ by ${apart}, allowed ${PREDICTION_TOLERANCE} of ${largest}`);
  }
  ours.losses.forEach((loss, step) => {
    const other = theirs.losses[step];
    if (!(Math.abs(loss - other!) <= LOSS_TOLERANCE * Math.abs(other!))) {
      fail(`the loss of step ${step + 1} is ${loss} and ${other}, allowed 1 ± ${LOSS_TOLERANCE}`);
    }
  });
}
