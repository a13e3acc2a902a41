/** Whether two implementations compute the same, so that comparing their speed means something. */

import { ContractError } from "../../src/errors.ts";
import type { CheckSize, Outputs } from "./contestant.ts";
import { groupSizeOf, type Workload } from "./workload.ts";

const STEPS = 3;
/** A batch that no vector width divides and that tf.js can do in seconds. */
const BATCH = 50;

/** How much is compared on a workload: three steps of about 50 samples, whole groups of those that share references. */
export function checkSizeOf(workload: Workload): CheckSize {
  const group = groupSizeOf(workload);
  return { steps: STEPS, batchSize: Math.ceil(BATCH / group) * group };
}

/** Float32 sums in another order: relative to the largest prediction. */
const PREDICTION_TOLERANCE = 1e-4;
/** Relative, for each step; Adam divides small gradients by their own size, so that differences grow. */
const LOSS_TOLERANCE = 1e-3;

/**
 * Mean distance of gradients, relative to their mean size: where two values of a pooling's window are nearly equal, other
 * roundings take another one.
 */
const GRADIENT_TOLERANCE = 1e-3;

/**
 * Compares what two implementations computed on the same samples and weights. Theirs may have no losses, where it cannot
 * train.
 *
 * @throws {ContractError} If they disagree, saying by how much.
 */
export function checkAgreement(
  { ours, theirs, size: { steps, batchSize } }: {
    readonly ours: Outputs;
    readonly theirs: Outputs;
    readonly size: CheckSize;
  },
  pair: string,
): void {
  const fail = (what: string): never => {
    throw new ContractError(`Cannot compare the speed of ${pair}: ${what}`);
  };
  for (const [i, { predictions, losses }] of [ours, theirs].entries()) {
    const mayLack = i === 1 && losses.length === 0;
    if (predictions.length !== steps * batchSize || !(mayLack || losses.length === steps)) {
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
  theirs.losses.forEach((other, step) => {
    const loss = ours.losses[step]!;
    if (!(Math.abs(loss - other) <= LOSS_TOLERANCE * Math.abs(other))) {
      fail(`the loss of step ${step + 1} is ${loss} and ${other}, allowed 1 ± ${LOSS_TOLERANCE}`);
    }
  });
  const { gradients } = theirs;
  // Peers in Python answer null where they have none.
  if (!ours.gradients || !gradients) return;
  if (gradients.length !== ours.gradients.length) {
    fail(`found ${gradients.length} gradients, expected ${ours.gradients.length}`);
  }
  const distance = sumOf(ours.gradients.map((value, i) => Math.abs(value - gradients[i]!)));
  const size = sumOf(gradients.map(Math.abs));
  if (!(distance <= GRADIENT_TOLERANCE * size)) {
    fail(`gradients differ by ${distance / size} of their size, allowed ${GRADIENT_TOLERANCE}`);
  }
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
