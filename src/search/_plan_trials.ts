import type { Dataset } from "../data/dataset.ts";
import { UnsupportedModelError } from "../errors.ts";
import type { ModelTrial } from "./_group_trials.ts";
import { gridPoints, randomPoints } from "./points.ts";
import type { ResolvedSettings } from "./settings.ts";
import { specOf } from "./spec_of.ts";
import type { FailedTrial } from "./trial.ts";

/** All trials of the first rung. */
export interface TrialPlan {
  /** Those that make a model. */
  readonly models: readonly ModelTrial[];
  /** Those whose choices fit no samples of this shape. */
  readonly skipped: readonly FailedTrial[];
}

/** All points of a search on samples of some shape as trials, those that make no model apart. */
export function planTrials(
  { bins, marks: { length: marks } }: Pick<Dataset, "bins" | "marks">,
  { space, method, seed, trials, epochs }: ResolvedSettings,
): TrialPlan {
  const points = method === "grid" ? gridPoints(space) : randomPoints(space, seed);
  const models: ModelTrial[] = [];
  const skipped: FailedTrial[] = [];
  for (const [index, point] of points.take(trials).toArray().entries()) {
    const trial = index + 1;
    const planned = { trial, rung: 1, epochs, seed, point };
    try {
      const shape = { bins, marks, loss: space.loss, name: `trial ${trial}` };
      models.push({ ...planned, spec: specOf(point, shape) });
    } catch (error) {
      if (!(error instanceof UnsupportedModelError)) throw error;
      skipped.push({ ...planned, status: "skipped", reason: error.message });
    }
  }
  return { models, skipped };
}
