/** Trains the branches of a model apart, each with a head of its own, and then the joint head on the frozen branches. */

import type { Dataset } from "../data/dataset.ts";
import { branchSpec, type BranchWeights, carryBranches } from "../model/branch_models.ts";
import { isBranched, type ModelSpec } from "../model/spec.ts";
import type { ExperimentOptions } from "./experiment_types.ts";
import { fitMany } from "./fit_many.ts";
import type { FitManyOptions, FitManyProgress, FitManyResult, FitRun } from "./fit_types.ts";

/** The preset whose authors trained it so. */
const TRAINED_APART = "waka-dna-experiment5";

/** Whether a model of that name is trained in two phases. */
export function isTrainedApart(name: string): boolean {
  return name === TRAINED_APART;
}

/** The result of both phases. */
export interface ApartResult {
  /** That of the second phase; that of the branch at which the first ended early, or diverged. */
  readonly result: FitManyResult;
  /** Seconds that the first phase took. */
  readonly secondsBefore: number;
}

/**
 * Trains a model in two phases. Only the second has checkpoints: a run that is stopped in the first starts it again, which
 * gives the same weights.
 *
 * @param spec The model.
 * @param run What to train on, from which seed.
 * @param options Settings that all phases share; each has all epochs.
 * @throws As `fitMany` does.
 */
export async function fitApart(
  spec: ModelSpec,
  run: FitRun & { readonly data: Dataset },
  { checkpoint, resume, onPhase, ...options }: FitManyOptions & Pick<ExperimentOptions, "onPhase">,
): Promise<ApartResult> {
  if (!isBranched(spec)) {
    throw new TypeError(`Cannot train "${spec.name}" apart: it has no branches`);
  }
  const trained: BranchWeights[] = [];
  let secondsBefore = 0;
  const phases = spec.branches.length + 1;
  const inPhase = (phase: number): FitManyOptions => {
    const { onProgress } = options;
    if (onProgress === undefined) return options;
    const report = (own: FitManyProgress) =>
      onProgress({ ...own, done: phase * own.total + own.done, total: phases * own.total });
    return { ...options, onProgress: report };
  };
  for (const { name } of spec.branches) {
    await onPhase?.(`branch "${name}" with a head of its own`);
    const phase = inPhase(trained.length);
    const [result] = await fitMany(branchSpec(spec, name), [run], phase) as [FitManyResult];
    if (result.interrupted || result.diverged !== undefined) return { result, secondsBefore };
    secondsBefore += result.history.reduce((sum, { seconds }) => sum + seconds, 0);
    trained.push(result.model);
  }
  await onPhase?.("the joint head on both branches as they are");
  const initial = carryBranches(spec, trained, { seed: run.seed });
  const [result] = await fitMany(spec, [run], {
    ...inPhase(phases - 1),
    checkpoint,
    resume,
    initial,
    frozen: ["encoder"],
  });
  return { result: result!, secondsBefore };
}
