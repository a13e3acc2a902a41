/** Models that have nothing to learn: the same kind, trained on labels that have nothing to do with the marks. */

import { groupBy } from "../../base/group_by.ts";
import { checkInteger } from "../../base/check_integer.ts";
import { Dataset } from "../../data/dataset.ts";
import type { EngineName } from "../../engine/select.ts";
import { geneGroupIndices } from "../../data/sample_groups.ts";
import { ContractError } from "../../errors.ts";
import type { TrainedModel } from "../../model/trained_model.ts";
import { deriveKey, RandomStream } from "../../random.ts";
import { fit } from "../../training/fit.ts";
import type { SurveyedRun } from "../../training/fit_types.ts";
import { settingsOf } from "../../training/initial.ts";
import { PartFinished } from "../../training/part.ts";
import type { OnProgress } from "../../progress.ts";

/**
 * Shuffles labels between genes, within each cell type. Where cell types have the same genes, a gene takes the labels of one
 * other gene in all of them, so that what genes have in common between cell types stays as it is. Labels of transcripts of
 * one gene stay together, as far as numbers of transcripts allow.
 *
 * @param data Labelled samples.
 * @param seed Seed of the order: an integer from 0 to 2^53 − 1.
 * @returns The same samples with other labels; the signal is shared, not copied.
 * @throws {ContractError} If the data have no labels.
 * @throws {RangeError} If the seed is out of range.
 *
 * @example The same labels in another order
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { shuffleLabels } from "@waka/histone/explain";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual, notDeepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 1, genes: 8, newGenes: 1, bins: 4 }).train);
 * const shuffled = shuffleLabels(data, 7);
 * notDeepStrictEqual(shuffled.labels(), data.labels());
 * deepStrictEqual(shuffled.labels().sort(), data.labels().sort());
 * ```
 */
export function shuffleLabels(data: Dataset, seed: number): Dataset {
  const labels = data.labels();
  const { columns, rows } = data;
  const stream = new RandomStream(deriveKey(seed, "shuffled labels"));
  const places = Float64Array.from(columns.genes, () => stream.uniform());
  const genes = data.geneIndices();
  const groups = geneGroupIndices(data);
  const compareIn = (a: number, b: number) => genes[a]! - genes[b]! || a - b;
  const cellTypes = data.cellTypeIndices();
  const byCellType = groupBy(labels.keys(), (position) => cellTypes[position]!);
  const shuffled = Float64Array.from(columns.labels!);
  for (const own of byCellType.values()) {
    const sorted = own.toSorted((a, b) => groups[a]! - groups[b]! || compareIn(a, b));
    const drawn = sorted.toSorted((a, b) =>
      places[groups[a]!]! - places[groups[b]!]! || compareIn(a, b)
    );
    for (const [i, position] of sorted.entries()) {
      shuffled[rows[position]!] = labels[drawn[i]!]!;
    }
  }
  return new Dataset({ ...columns, labels: shuffled }, rows);
}

/** Options of {@linkcode trainNullModels}. */
export interface NullModelOptions {
  /**
   * Number of times that labels are shuffled and models trained on them: 1 or more.
   *
   * @default {1}
   */
  readonly shuffles?: number | undefined;
  /**
   * Seed of the shuffles: an integer from 0 to 2^53 − 1.
   *
   * @default {0}
   */
  readonly seed?: number | undefined;
  /**
   * Where to compute.
   *
   * @default "auto"
   */
  readonly engine?: EngineName | undefined;
  /**
   * Threads to compute on, for engines that have threads; results do not depend on it.
   *
   * @default all
   */
  readonly threads?: number | undefined;
  /** Called with the number of models that are trained; one under way counts in part. */
  readonly onProgress?: OnProgress | undefined;
  /** Gives the work up, between two steps: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains models like some others on shuffled labels: of the same layers, with the same settings and seeds, for as many
 * epochs, from random weights. A model that reads a panel gets one with the shuffled labels.
 *
 * @param models The models: one, or the members of an ensemble.
 * @param data Labelled samples, best those that the models were trained on.
 * @param options How often, and where to compute.
 * @returns As many models as were given, for each shuffle.
 * @throws {TypeError} If there are no models.
 * @throws {RangeError} If a setting is out of range.
 * @throws {ContractError} If the data have no labels, or do not fit the models.
 * @throws {DivergedError} If a loss becomes NaN or infinite.
 * @throws The reason of `options.signal`, once it is aborted.
 *
 * @example Two shuffles
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { trainNullModels } from "@waka/histone/explain";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * const [first, second] = await trainNullModels([model], data, { shuffles: 2, engine: "wasm" });
 * strictEqual(first!.length + second!.length, 2);
 * ```
 */
export async function trainNullModels(
  models: readonly TrainedModel[],
  data: Dataset,
  options: NullModelOptions = {},
): Promise<TrainedModel[][]> {
  const { shuffles = 1, seed = 0, engine, threads, onProgress, signal } = options;
  checkNullModels(models, data, { shuffles, seed });
  const all: TrainedModel[][] = [];
  const total = shuffles * models.length;
  for (let shuffle = 0; shuffle < shuffles; shuffle++) {
    const shuffled = shuffleLabels(data, seed + shuffle);
    const trained: TrainedModel[] = [];
    for (const model of models) {
      const done = shuffle * models.length + trained.length;
      trained.push(
        await trainLike(model, shuffled, {
          engine,
          threads,
          signal,
          onShare: (share) => onProgress?.({ done: done + share, total, unit: "models" }),
        }),
      );
    }
    all.push(trained);
  }
  return all;
}

/**
 * Says how long {@linkcode trainNullModels} takes on this machine, from some steps of the first model, which is forgotten.
 *
 * @param models The models: one, or the members of an ensemble.
 * @param data Labelled samples.
 * @param options How often, and where to compute.
 * @returns Seconds, of all models of all shuffles.
 * @throws As {@linkcode trainNullModels} does.
 */
export async function surveyNullModels(
  models: readonly TrainedModel[],
  data: Dataset,
  options: Omit<NullModelOptions, "onProgress">,
): Promise<number> {
  const { shuffles = 1, seed = 0, engine, threads, signal } = options;
  checkNullModels(models, data, { shuffles, seed });
  const [first] = models as readonly [TrainedModel];
  let secondsPerEpoch = 0;
  const survey = ([run]: readonly SurveyedRun[]) => {
    secondsPerEpoch = run!.seconds / run!.epochs;
    return Promise.resolve();
  };
  const checkpoint = { save: () => Promise.resolve(), survey };
  const how = { engine, threads, signal, checkpoint };
  await fit(first.spec, data, { ...settingsLike(first), ...how }).catch((error) => {
    if (!(error instanceof PartFinished)) throw error;
  });
  const epochs = models.reduce((sum, { training }) => sum + Math.max(1, training.epochs), 0);
  return shuffles * epochs * secondsPerEpoch;
}

/** Refuses models and data of which no null models can be trained. */
function checkNullModels(
  models: readonly TrainedModel[],
  data: Dataset,
  { shuffles, seed }: { readonly shuffles: number; readonly seed: number },
): void {
  checkInteger(shuffles, { action: "train null models", name: "shuffles", least: 1 });
  checkInteger(seed, { action: "train null models", name: "seed", least: 0 });
  if (models.length === 0) {
    throw new TypeError("Cannot train null models: there are 0 models, expected some");
  }
  if (data.hasLabels) return;
  throw new ContractError("Cannot train null models: the data have no labels to shuffle");
}

/** The settings with which a model was trained, without what a null model does not need. */
function settingsLike(model: TrainedModel) {
  const { seed, learningRate } = model.training;
  // They read no input, so they are not explained.
  return { ...settingsOf(model), seed, learningRate, geneEffects: false };
}

/** Trains a model as another one was trained. */
async function trainLike(
  model: TrainedModel,
  data: Dataset,
  { engine, threads, signal, onShare }: {
    readonly engine: EngineName | undefined;
    readonly threads: number | undefined;
    readonly signal: AbortSignal | undefined;
    readonly onShare: (share: number) => void;
  },
): Promise<TrainedModel> {
  const result = await fit(model.spec, data, {
    ...settingsLike(model),
    engine,
    threads,
    signal,
    onProgress: ({ done, total }) => onShare(done / total),
  });
  return result.model;
}
