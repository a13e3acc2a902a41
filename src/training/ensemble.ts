import { kindOfValue } from "../base/kind_of_value.ts";
import { fillArray } from "../base/arrays.ts";
import { showValue } from "../base/show_value.ts";
import type { Dataset } from "../data/dataset.ts";
import { type Agreement, evaluatePredictions } from "../data/evaluate.ts";
import { meanDefined } from "../metrics/by_group.ts";
import type { PresetName } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { spreadSampleWeights } from "./_sample_weights.ts";
import { plainOptions } from "./_plain_options.ts";
import { trainRuns } from "./fit_many.ts";
import type { FitManyOptions, FitManyResult, FitOptions, FitRun } from "./fit_types.ts";
import { predict } from "./predict.ts";
import type { PredictOptions } from "./predict_options.ts";

/** At the end all members are in memory. */
const MAX_MEMBERS = 10_000;

/** Options of {@linkcode fitEnsemble}. */
export interface EnsembleOptions
  extends
    Omit<FitManyOptions, "sampleWeights">,
    Pick<FitOptions, "seed" | "learningRate" | "validation" | "sampleWeights"> {
  /**
   * Number of models.
   *
   * @default 5
   */
  readonly members?: number | undefined;
}

/** What each member of an ensemble predicts, and what they predict together. */
export interface EnsemblePrediction {
  /** Predictions of each member, `[member][position]`. */
  readonly members: readonly Float32Array<ArrayBuffer>[];
  /** Their mean, `[position]`. */
  readonly mean: Float32Array<ArrayBuffer>;
}

/** How much averaging improved the predictions of some labelled samples. */
export interface EnsembleComparison {
  /** How well each member does. */
  readonly members: readonly Agreement[];
  /** How well their averaged prediction does. */
  readonly ensemble: Agreement;
  /** Mean over the members: what one model with a random seed would be expected to reach. */
  readonly one: EnsembleFigures;
  /** How much better the ensemble is than one: the fall in error and the rise in correlation. */
  readonly gain: EnsembleFigures;
}

/** The two figures that an ensemble is judged by; `null` where a metric has no answer. */
export interface EnsembleFigures {
  /** Mean squared error, or by how much it fell. */
  readonly mse: number | null;
  /** Pearson's correlation, or by how much it rose. */
  readonly pearson: number | null;
}

/**
 * Trains an ensemble: models that differ in their seed, and so in initial weights, order of the samples and dropout.
 * Member i, from 0, has the seed `options.seed` + i, so it is the model that `fit` trains from that seed, to within the
 * engine's rounding. As many as the engine has capacity for train side by side.
 *
 * @param spec A model, or the name of a preset.
 * @param data Labelled samples.
 * @param options Number of members, first seed, and the settings they share.
 * @returns A result for each member; fewer if `options.stop` ended the run.
 * @throws {RangeError} If `members` is not an integer from 1 to 10,000.
 * @throws As `fitMany` does.
 *
 * @example Two members
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fitEnsemble, predictEnsemble } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const size = { cellTypes: 2, genes: 8, newCellTypes: 1, newGenes: 1, bins: 20 };
 * const data = new Dataset(simulateColumns(size).train);
 * const options = { members: 2, epochs: 1, engine: "wasm" } as const;
 * const trained = await fitEnsemble("experiment1", data, options);
 * const { mean } = await predictEnsemble(trained.map(({ model }) => model), data, options);
 * strictEqual(mean.length, data.length);
 * ```
 */
export async function fitEnsemble(
  spec: ModelSpec | PresetName,
  data: Dataset,
  options: EnsembleOptions = {},
): Promise<FitManyResult[]> {
  const { members, seed, learningRate, validation, sampleWeights, ...common } = plainOptions(
    options,
    "train",
  );
  return await trainRuns(
    spec,
    ensembleRuns(data, { members, seed, learningRate, validation }),
    { ...common, sampleWeights: spreadSampleWeights(data, sampleWeights) },
  );
}

/**
 * The runs of an ensemble's members, which differ in their seed.
 *
 * @throws {RangeError} If `members` is not an integer from 1 to 10,000.
 */
export function ensembleRuns(
  data: Dataset,
  { members = 5, seed = 0, learningRate, validation }: Pick<
    EnsembleOptions,
    "members" | "seed" | "learningRate" | "validation"
  >,
): FitRun[] {
  if (!Number.isInteger(members) || members < 1 || members > MAX_MEMBERS) {
    throw new RangeError(
      `Cannot train an ensemble: members is ${
        showValue(members)
      }, expected an integer from 1 to ${MAX_MEMBERS}`,
    );
  }
  return Array.from({ length: members }, (_, member) => {
    return { data, seed: seed + member, learningRate, validation };
  });
}

/**
 * Predicts with every model and averages, sample by sample.
 *
 * @param models The members; a single model is an ensemble of one.
 * @param data The samples.
 * @param options The options of `predict`; `onProgress` counts the samples of all members together.
 * @returns The predictions of each member and their mean, `[position]`.
 * @throws {TypeError} If there are no models.
 * @throws As `predict` does.
 *
 * @example The mean of two members
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fitEnsemble, predictEnsemble } from "@waka/histone/training";
 * import { ok } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 });
 * const data = new Dataset(train);
 * const options = { members: 2, epochs: 1, engine: "wasm" } as const;
 * const trained = await fitEnsemble("experiment1", data, options);
 * const { members: [a, b], mean } = await predictEnsemble(trained.map(({ model }) => model), data, options);
 * ok(Math.abs(mean[0]! - (a![0]! + b![0]!) / 2) < 1e-6);
 * ```
 */
export async function predictEnsemble(
  models: readonly TrainedModel[],
  data: Dataset,
  options: PredictOptions = {},
): Promise<EnsemblePrediction> {
  if (!Array.isArray(models)) {
    throw new TypeError(
      `Cannot predict with an ensemble: found ${
        kindOfValue(models)
      } as models, expected an array, such as [model]`,
    );
  }
  if (models.length === 0) {
    throw new TypeError("Cannot predict with an ensemble: it has 0 models, expected some");
  }
  options = plainOptions(options, "predict");
  const { onProgress } = options;
  const total = models.length * data.length;
  const members: Float32Array<ArrayBuffer>[] = [];
  for (const [member, model] of models.entries()) {
    const predicted = await predict(model, data, {
      ...options,
      onStart: member === 0 ? options.onStart : undefined,
      onProgress: onProgress &&
        (({ done, unit }) => onProgress({ done: member * data.length + done, total, unit })),
    });
    members.push(predicted);
  }
  return { members, mean: meanOf(members) };
}

/**
 * How much the members of an ensemble disagree on each sample: the standard deviation of their predictions, with n − 1
 * in the denominator. It measures the chance in weights, order and dropout, not everything that may make a prediction
 * wrong.
 *
 * @param members Predictions of each member, `[member][position]`; two or more.
 * @returns The standard deviation, `[position]`, in the unit of the predictions.
 * @throws {RangeError} If there are fewer than two members.
 *
 * @example How far apart two members are
 * ```ts
 * import { spreadOfMembers } from "@waka/histone/training";
 * import { deepStrictEqual } from "node:assert";
 *
 * const spread = spreadOfMembers([Float32Array.of(1, 3), Float32Array.of(1, 5)]);
 * deepStrictEqual(spread, Float32Array.of(0, Math.SQRT2));
 * ```
 */
export function spreadOfMembers(
  members: readonly ArrayLike<number>[],
): Float32Array<ArrayBuffer> {
  const [first] = members;
  if (first === undefined || members.length < 2) {
    throw new RangeError(
      `Cannot measure a spread: found predictions of ${members.length} models, expected two or more`,
    );
  }
  return fillArray(new Float32Array(first.length), (position) => {
    const values = members.map((member) => member[position] ?? NaN);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return Math.sqrt(squares / (values.length - 1));
  });
}

/** The mean of the predictions of an ensemble's members, `[position]`. */
export function meanOf(members: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const mean = new Float32Array(members[0]!.length);
  for (let i = 0; i < mean.length; i++) {
    let sum = 0;
    for (const member of members) sum += member[i]!;
    mean[i] = sum / members.length;
  }
  return mean;
}

/**
 * Measures how much averaging improves the predictions. On the samples that the members were trained on the gain says
 * little: measure it on others.
 *
 * The mean squared error of the mean is never above the mean of the members' (Krogh and Vedelsby 1995, "Neural
 * network ensembles, cross validation, and active learning", NIPS 7): the gain is how much they disagree.
 *
 * @param data Labelled samples.
 * @param prediction What {@linkcode predictEnsemble} returned for them.
 * @returns How well each member, one of them on average, and their mean do.
 *
 * @example Two members whose errors cancel
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { compareEnsemble } from "@waka/histone/training";
 * import { ok } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 4 }).train);
 * const mean = Float32Array.from(data.labels());
 * const members = [mean.map((label) => label - 1), mean.map((label) => label + 1)];
 * const { one, ensemble } = compareEnsemble(data, { members, mean });
 * ok(ensemble.mse! < 1e-9 && Math.abs(one.mse! - 1) < 1e-4);
 * ```
 */
export function compareEnsemble(data: Dataset, prediction: EnsemblePrediction): EnsembleComparison {
  const members = prediction.members.map((values) => evaluatePredictions(data, values).overall);
  const ensemble = evaluatePredictions(data, prediction.mean).overall;
  const one = {
    mse: meanOrNull(members.map(({ mse }) => mse)),
    pearson: meanOrNull(members.map(({ pearson }) => pearson)),
  };
  const gain = {
    mse: difference(one.mse, ensemble.mse),
    pearson: difference(ensemble.pearson, one.pearson),
  };
  return { members, ensemble, one, gain };
}

/** The mean of the figures that are not `null`; `null` if all are. */
function meanOrNull(values: readonly (number | null)[]): number | null {
  const mean = meanDefined(values.map((value) => value ?? NaN));
  return Number.isNaN(mean) ? null : mean;
}

function difference(from: number | null, taken: number | null): number | null {
  return from === null || taken === null ? null : from - taken;
}
