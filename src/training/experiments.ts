import type { Dataset } from "../data/dataset.ts";
import { evaluatePredictions } from "../data/evaluate.ts";
import { cellTypeGroupIndices } from "../data/sample_groups.ts";
import { DivergedError } from "../errors.ts";
import { meanDefined } from "../metrics/by_group.ts";
import { type PresetName, presetSpec } from "../model/presets.ts";
import { countParameters } from "../model/shapes.ts";
import type { ModelSpec } from "../model/spec.ts";
import { countKnown, describeReading } from "../panel/reading.ts";
import { checkGeneEffects } from "./_check_data.ts";
import { runSettings } from "./_run_settings.ts";
import type {
  ExperimentData,
  ExperimentOptions,
  ExperimentPlan,
  ExperimentResult,
  ExperimentScores,
  ExperimentSummary,
  PlanOptions,
} from "./experiment_types.ts";
import { fitApart, isTrainedApart } from "./_fit_apart.ts";
import { fitMany } from "./fit_many.ts";
import type { FitManyOptions } from "./fit_types.ts";
import { fingerprintDataset, fingerprintValue } from "./fingerprint.ts";
import { labelHighLow } from "./high_low.ts";
import { predict } from "./predict.ts";
import type { PredictOptions } from "./predict_options.ts";
import { chooseWindow } from "./choose_window.ts";
import { presetSettings, resolveSettings } from "./settings.ts";

export type {
  ExperimentData,
  ExperimentOptions,
  ExperimentPlan,
  ExperimentResult,
  ExperimentScores,
  ExperimentSummary,
  PlanOptions,
} from "./experiment_types.ts";
import { joinSignals } from "../base/join_signals.ts";

/** Presets of the report's table, in its order, and DeepChrome. */
export const EXPERIMENTS: readonly PresetName[] = [
  "experiment1",
  "experiment2",
  "experiment3",
  "experiment4",
  "experiment5",
  "experiment6",
  "experiment7",
  "experiment8",
  "bigru10",
  "bigru25",
  "bigru50",
  "deepchrome",
];

/**
 * Presets of the authors' later table, of marks and DNA, in its order: six experiments and the final model. They need data
 * with sequences.
 */
export const DNA_EXPERIMENTS: readonly PresetName[] = [
  "waka-dna-experiment1",
  "waka-dna-experiment2",
  "waka-dna-experiment3",
  "waka-dna-experiment4",
  "waka-dna-experiment5",
  "waka-dna-experiment6",
  "waka-dna",
];

/**
 * Fills in the settings of experiments and gives each a digest, by which a finished one is recognised.
 *
 * @param names Names of presets.
 * @param data What to train on and measure on.
 * @param options Settings that differ from the presets'.
 * @returns A plan for each name.
 * @throws {RangeError} If a preset is unknown or a setting is out of range.
 *
 * @example A plan for small data
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { planExperiments } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const { train, eval: test } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 });
 * const data = { train: new Dataset(train), test: new Dataset(test) };
 * const [plan] = await planExperiments(["experiment1"], data, { epochs: 1 });
 * strictEqual(plan!.epochs, 1);
 * strictEqual(plan!.digest.length, 32);
 * ```
 */
export async function planExperiments(
  names: readonly PresetName[],
  data: ExperimentData,
  options: PlanOptions = {},
): Promise<ExperimentPlan[]> {
  const { train } = data;
  const references = new Set(cellTypeGroupIndices(train)).size;
  const bases = train.columns.sequences?.bases;
  const shape = { bins: train.bins, marks: train.marks.length, references, bases };
  const plans = names.map((name) => {
    const settings = resolveSettings(options, presetSettings(name, { samples: train.length }));
    const { transform, geneEffects } = settings;
    const spec = presetSpec(name, shape);
    checkGeneEffects(spec, geneEffects);
    const window = chooseWindow(train, { ...settings, mostBytes: options.memory });
    return {
      name,
      spec,
      ...runSettings(settings),
      ...(window !== undefined && { window }),
      transform,
      geneEffects,
    };
  });
  const samples = [await fingerprintDataset(data.train), await fingerprintDataset(data.test)];
  return await Promise.all(plans.map(async (plan) => {
    return { ...plan, digest: await fingerprintValue({ ...plan, samples }) };
  }));
}

/**
 * Trains one experiment and measures it on both sets. A classifier, such as `deepchrome`, is trained and measured on
 * the classes that `labelHighLow` makes of the labels. The branches of `waka-dna-experiment5` are trained apart first, each
 * with a head of its own, and then kept as they are while the joint head is trained; its history is that of this phase, its
 * time that of both.
 *
 * @param plan What {@linkcode planExperiments} made for these data.
 * @param data What to train on and measure on.
 * @param options Engine, checkpoints and hooks; the history of one that is resumed has its earlier epochs, too.
 * @returns The result, also if the loss diverged; `undefined` if `options.stop` ended it.
 * @throws As `fitMany` does.
 *
 * @example One epoch of the first experiment
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { planExperiments, runExperiment } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const size = { cellTypes: 2, genes: 8, newCellTypes: 1, newGenes: 2, bins: 20 };
 * const { train, eval: test } = simulateColumns(size);
 * const data = { train: new Dataset(train), test: new Dataset(test) };
 * const [plan] = await planExperiments(["experiment1"], data, { epochs: 1 });
 * const result = await runExperiment(plan!, data, { engine: "wasm" });
 * strictEqual(result!.history.length, 1);
 * ```
 */
export async function runExperiment(
  plan: ExperimentPlan,
  data: ExperimentData,
  options: ExperimentOptions = {},
): Promise<ExperimentResult | undefined> {
  using joined = joinSignals(options.signal, options.stop);
  return await trainAndScore(plan, data, { ...options, scoring: joined.signal })
    .catch((error) => {
      options.signal?.throwIfAborted();
      if (options.stop?.aborted) return undefined;
      throw error;
    });
}

/** Does an experiment; `scoring` gives its second half up, in which there is nothing to save. */
async function trainAndScore(
  plan: ExperimentPlan,
  data: ExperimentData,
  options: ExperimentOptions & { readonly scoring: AbortSignal | undefined },
): Promise<ExperimentResult | undefined> {
  const { name: _, digest: __, spec, seed, learningRate, ...settings } = plan;
  const { train, test } = isClassifier(spec) ? labelHighLow(data) : data;
  const { engine, threads, onEpoch, onPhase, scoring: signal, ...common } = options;
  const run = { data: train, seed, learningRate };
  const shared: FitManyOptions = {
    ...common,
    engine,
    threads,
    ...settings,
    onEpoch: (_, record) => onEpoch?.(record),
  };
  const { result: outcome, secondsBefore } = isTrainedApart(plan.name)
    ? await fitApart(spec, run, { ...shared, onPhase })
    : { result: (await fitMany(spec, [run], shared))[0]!, secondsBefore: 0 };
  const { history, model } = outcome;
  let { diverged } = outcome;
  if (outcome.interrupted) return undefined;
  const score = async (samples: Dataset, geneEffects: PredictOptions["geneEffects"]) => {
    if (diverged !== undefined) return null;
    try {
      const where = { engine, threads, signal, path: "grouped" } as const;
      const predicted = await predict(model, samples, { ...where, geneEffects });
      return scoreOf(samples, predicted);
    } catch (error) {
      if (!(error instanceof DivergedError)) throw error;
      diverged = error;
      return null;
    }
  };
  const seconds = history.reduce((sum, record) => sum + record.seconds, 0);
  return {
    plan,
    parameters: countParameters(spec),
    engine: outcome.engine,
    device: outcome.device,
    seconds: secondsBefore + seconds,
    history,
    ...(model.training.arithmetic && { arithmetic: model.training.arithmetic }),
    samplesPerSecond: seconds > 0 ? history.length * train.length / seconds : 0,
    // A training sample's own label must not enter what is added to its prediction.
    train: await score(train, "leave-one-out"),
    test: await score(test, true),
    ...(model.panel && { reading: describeReading(countKnown(model.panel, test)) }),
    ...(diverged && { diverged: diverged.message }),
  };
}

/**
 * Whether an experiment's labels are classes.
 *
 * @param spec The model.
 * @returns True for a model with a sigmoid.
 */
export function isClassifier(spec: ModelSpec): boolean {
  return spec.loss === "binaryCrossentropy";
}

function scoreOf(data: Dataset, predicted: Float32Array): ExperimentScores {
  const { overall, byCellType } = evaluatePredictions(data, predicted);
  const meanAuroc = meanDefined(byCellType.map(({ auroc }) => auroc ?? NaN));
  return { ...overall, meanAuroc: Number.isNaN(meanAuroc) ? null : meanAuroc };
}

/**
 * Summarises a finished experiment.
 *
 * @param result What {@linkcode runExperiment} returned.
 * @returns Its line of the table.
 *
 * @example The line of an experiment that diverged
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { planExperiments, summariseExperiment } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const { train, eval: test } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 });
 * const data = { train: new Dataset(train), test: new Dataset(test) };
 * const [plan] = await planExperiments(["experiment1"], data);
 * const { name, testMse } = summariseExperiment({
 *   plan: plan!,
 *   parameters: 9_000,
 *   engine: "wasm",
 *   device: "cpu",
 *   seconds: 0,
 *   samplesPerSecond: 0,
 *   history: [],
 *   train: null,
 *   test: null,
 *   diverged: "Cannot continue training: the loss is NaN in epoch 1",
 * });
 * strictEqual(`${name}: ${testMse}`, "experiment1: null");
 * ```
 */
export function summariseExperiment(result: ExperimentResult): ExperimentSummary {
  const { plan, parameters, train, test, seconds, samplesPerSecond, history, engine } = result;
  // Errors of probabilities are on another scale than those of expression.
  const [fitted, tested] = isClassifier(plan.spec) ? [null, null] : [train, test];
  return {
    name: plan.name,
    parameters,
    trainMse: fitted?.mse ?? null,
    testMse: tested?.mse ?? null,
    pearson: fitted?.pearson ?? null,
    testPearson: tested?.pearson ?? null,
    trainAuroc: train?.meanAuroc ?? null,
    testAuroc: test?.meanAuroc ?? null,
    seconds,
    samplesPerSecond,
    epochs: history.length,
    engine,
    ...(result.reading !== undefined && { reading: result.reading }),
  };
}
