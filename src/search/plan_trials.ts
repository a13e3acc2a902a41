import type { Dataset } from "../data/dataset.ts";
import { ContractError, UnsupportedModelError } from "../errors.ts";
import type { SampleColumns } from "../io/columns.ts";
import type { ModelTrial } from "./_group_trials.ts";
import { gridPoints, randomPoints } from "./points.ts";
import type { ResolvedSettings } from "./settings.ts";
import type { SearchSpace } from "./space.ts";
import { specOf } from "./spec_of.ts";
import type { FailedTrial } from "./trial.ts";

/** All trials of the first rung. */
export interface TrialPlan {
  /** Trials whose choices make a model. */
  readonly models: readonly ModelTrial[];
  /** Trials whose choices fit no samples of this shape. */
  readonly skipped: readonly FailedTrial[];
}

/** After this many draws in a row that make no model, a space is assumed to be exhausted. */
const MOST_FAILURES = 1000;

/**
 * Turns the points of a search into trials, and separates those that make no model on samples of this shape. A random
 * search draws again for these, as long as its space has others.
 *
 * @param data Shape of the samples, and their sequences, if there are any.
 * @param settings Space, method and trials.
 * @returns The trials.
 * @throws {ContractError} If the space has branches for which the data set has no inputs.
 */
export function planTrials(
  { bins, marks: { length: marks }, columns }: Pick<Dataset, "bins" | "marks"> & {
    readonly columns?: Pick<SampleColumns, "sequences">;
  },
  { space, method, seed, trials, epochs }: ResolvedSettings,
): TrialPlan {
  const bases = columns?.sequences?.bases;
  checkBranches(space, bases);
  const points = method === "grid" ? gridPoints(space) : randomPoints(space, seed);
  const isRandom = method !== "grid";
  const models: ModelTrial[] = [];
  const skipped: FailedTrial[] = [];
  let failures = 0;
  for (const point of points) {
    // In a grid each point is a trial; a random search draws again for a point that makes no model.
    const trial = 1 + models.length + (isRandom ? 0 : skipped.length);
    if (trial > trials || isRandom && failures >= MOST_FAILURES) break;
    const planned = { trial, rung: 1, epochs, seed, point };
    try {
      const shape = { bins, marks, bases, loss: space.loss, name: `trial ${trial}` };
      models.push({ ...planned, spec: specOf(point, shape) });
      failures = 0;
    } catch (error) {
      if (!(error instanceof UnsupportedModelError)) throw error;
      failures++;
      skipped.push({ ...planned, status: "skipped", reason: error.message });
    }
  }
  return { models, skipped: isRandom ? fillUp(skipped, models.length, trials) : skipped };
}

/** Throws unless the data have what branches read besides the signal. */
function checkBranches({ branches = [] }: SearchSpace, bases: number | undefined): void {
  const missing = branches.map(({ input }) => input)
    .filter((input) => input !== "sequence" || bases === undefined);
  if (missing.length === 0) return;
  throw new ContractError(
    `Cannot search: the space has branches over ${missing.join(", ")}, the data have signal${
      bases === undefined ? "" : " and sequence"
    } only`,
  );
}

/** Where a space has too few points that make a model, the first of the other points get the remaining numbers. */
function fillUp(
  skipped: readonly FailedTrial[],
  models: number,
  trials: number,
): FailedTrial[] {
  return skipped.slice(0, trials - models).map((record, i) => ({
    ...record,
    trial: models + i + 1,
  }));
}
