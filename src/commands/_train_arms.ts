/** Trains the controls of a model of marks and DNA beside it. */

import type { TrainedModel } from "../model/trained_model.ts";
import {
  type EnsembleOptions,
  type EnsemblePrediction,
  fitEnsemble,
} from "../training/ensemble.ts";
import type { FitManyResult } from "../training/fit_types.ts";
import type { ArmsOfRegime, RegimeSplit } from "../validation/mod.ts";
import {
  ARM_VIEWS,
  chooseTrained,
  compareAll,
  namedPredictions,
  planArms,
  type PredictedArm,
  SHORT_ARM_NAMES,
} from "./_arms.ts";
import { predictWithProgress } from "./_predict.ts";
import { reportMembers } from "./_report_training.ts";
import type { RunSettings } from "./_settings.ts";

/** Throws if a model of an ensemble diverged. */
export function throwDiverged(results: readonly FitManyResult[]): void {
  const diverged = results.find(({ diverged }) => diverged !== undefined)?.diverged;
  if (diverged !== undefined) throw diverged;
}

/** The controls of a model of DNA, and what they show. */
export interface TrainedArms {
  /** Of the controls, for the samples held out, by name. */
  readonly predictions: Readonly<Record<string, ArrayLike<number>>>;
  readonly comparisons: readonly ArmsOfRegime[];
}

/** Trains the controls of a model of DNA as it was trained itself; `undefined` for other models. */
export async function trainArms(
  models: readonly TrainedModel[],
  { split: { train, test }, settings, shared, prediction }: {
    readonly split: RegimeSplit;
    readonly settings: RunSettings;
    readonly shared: EnsembleOptions & { readonly members: number };
    readonly prediction: EnsemblePrediction;
  },
): Promise<TrainedArms | undefined> {
  const [first] = models as readonly [TrainedModel];
  const planned = planArms(first.spec, settings);
  if (planned.length === 0) return undefined;
  const trained = chooseTrained(train);
  // Whatever there is to say of these data was said of the model itself; what an arm is shown, its own line says.
  const options = { ...settings, ...shared, printsNotes: false };
  const predictTrained = async (fitted: readonly TrainedModel[]) =>
    (await predictWithProgress(fitted, trained, options)).mean;
  const arms: PredictedArm[] = [
    { kind: "dna", test: prediction.mean, trained: await predictTrained(models) },
  ];
  for (const { kind, model, sequenceControl } of planned) {
    console.info(`Control: ${SHORT_ARM_NAMES[kind]}, ${ARM_VIEWS[kind]}`);
    const results = await fitEnsemble(model, train, {
      ...shared,
      sequenceControl,
      ...reportMembers(shared.members, settings, () => {}),
    });
    throwDiverged(results);
    const fitted = results.map(({ model }) => model);
    const { mean } = await predictWithProgress(fitted, test, options);
    arms.push({ kind, test: mean, trained: await predictTrained(fitted) });
  }
  return {
    predictions: namedPredictions(arms.slice(1)),
    comparisons: compareAll(arms, { train, test, trained }),
  };
}
