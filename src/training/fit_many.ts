import { checkDataset } from "../data/check_dataset.ts";
import type { Weights } from "../model/initial_weights.ts";
import type { PresetName } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import { withInputRecord } from "../model/trained_model.ts";
import { checkOptions, checkSpec, plainRuns } from "./_check_arguments.ts";
import { EpochLoop } from "./_epoch_loop.ts";
import { type Fit, memberOf, planFit, plannedTraining } from "./_fit_plan.ts";
import { checkpointOf, endPart, type FitState, reportOf, startState } from "./_fit_state.ts";
import { type GroupRun, type GroupSetup, toCheckpoint, withBestWeights } from "./_group_run.ts";
import { makeGroupSamples } from "./_group_samples.ts";
import { labelScaleOf } from "./_label_scale.ts";
import { hasStopped, keptEpoch } from "./early_stopping.ts";
import type {
  FitCheckpoint,
  FitManyOptions,
  FitManyResult,
  FitRun,
  RunCheckpoint,
} from "./fit_types.ts";
import { PartFinished } from "./part.ts";
import { plainOptions } from "./_plain_options.ts";
import { withWatchedHooks } from "../base/watched_hook.ts";
import { surveyRuns } from "./_survey.ts";
import { joinSignals } from "../base/join_signals.ts";

/**
 * Trains several models of one shape, from different seeds, at different learning rates or on different samples: the
 * folds of a cross-validation, the members of an ensemble. As many as the engine has capacity for train side by side;
 * each ends as it would alone, to within the engine's rounding.
 *
 * @param spec A model, or the name of a preset, which then takes the shape of the data.
 * @param runs What differs between the runs.
 * @param options What they share.
 * @returns A result for each run, in their order; fewer if `options.stop` ended them.
 * @throws {ContractError} If the data have no labels, do not fit the model or its loss, or are not views of one set; if
 * `options.resume` is from other data, another model or other settings; if another training keeps its checkpoints in the
 * folder that `options.checkpoint` is.
 * @throws {RangeError} If a setting is out of range or the preset is unknown.
 * @throws {FormatError} If weights or moments of `resume` are not finite, or its epoch and its histories contradict each other.
 * @throws {TypeError} If the runs are no array, a run's data are no `Dataset`, a run has an option of its own that all runs
 *   share, such as `epochs`, or an option such as `checkpoint`, `initial` or `signal` is something
 *   else, or has a misspelt name.
 * @throws {UnsupportedModelError} If the model does not fit the data's bins, or the engine cannot run it.
 * @throws {EngineUnavailableError} If the engine cannot run on this machine, or its hardware fails.
 * @throws {PartFinished} If `options.checkpoint` asks for a part of the runs, or a survey, and that is done.
 * @throws The reason of `options.signal`, once it is aborted.
 *
 * @example Two seeds
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fitMany } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const runs = [{ data, seed: 1 }, { data, seed: 2 }];
 * const results = await fitMany("experiment1", runs, { epochs: 1, engine: "wasm" });
 * strictEqual(results[1]!.model.training.seed, 2);
 * ```
 */
export async function fitMany(
  spec: ModelSpec | PresetName,
  runs: readonly FitRun[],
  options: FitManyOptions = {},
): Promise<FitManyResult[]> {
  return await trainRuns(spec, plainRuns(runs, options), plainOptions(options, "train"));
}

/**
 * Does what {@linkcode fitMany} does, with options whose names and kinds were checked by the function that a program called.
 *
 * @throws As it does.
 */
export async function trainRuns(
  spec: ModelSpec | PresetName,
  runs: readonly FitRun[],
  options: FitManyOptions,
): Promise<FitManyResult[]> {
  checkSpec(spec, "train");
  for (const { data, validation } of runs) {
    checkDataset(data, "train");
    if (validation !== undefined) checkDataset(validation, "validate");
  }
  checkOptions(options);
  if (runs.length === 0) return [];
  options.signal?.throwIfAborted();
  const { checkpoint, onProgress } = options;
  // The others are waited for, and a run is kept when `stop` ends it, whatever a hook makes of that.
  return await withWatchedHooks({ onProgress }, async (watched) => {
    const fit = await planFit(spec, runs, { ...options, ...watched });
    if (checkpoint?.survey !== undefined) return await surveyAll(fit);
    await using _ = await fit.hooks.take(async () => await checkpoint?.take?.());
    return await trainGroups(fit);
  });
}

/** Tells a survey of the runs, in place of training them. */
async function surveyAll(fit: Fit): Promise<never> {
  const surveyed = await surveyRuns(fit);
  await fit.hooks.wait(() => fit.options.checkpoint?.survey?.(surveyed, fit.arithmetic));
  throw new PartFinished("The runs were surveyed, not trained");
}

/** Trains the runs in groups that train side by side, one group after the other. */
async function trainGroups(fit: Fit): Promise<FitManyResult[]> {
  const { engine, options } = fit;
  const state = await startState(fit);
  const { part: [start, partEnd] } = state;
  let interrupted = false;
  let { resume } = options;
  while (start + state.finished.length < partEnd && !interrupted) {
    const first = start + state.finished.length;
    const size = resume === undefined
      ? engine.capacity(options.threads).models
      : resume.group[1] - resume.group[0];
    const range = [first, Math.min(first + size, partEnd)] as const;
    const group = await trainGroup(fit, state, { range, resume });
    state.finished.push(...group.runs);
    state.kept.push(...group.runs.map((run, i) => planned(fit, toCheckpoint(run), first + i)));
    interrupted = group.interrupted;
    resume = undefined;
  }
  if (options.checkpoint?.part !== undefined) return await endPart(fit, state, interrupted);
  state.report ??= await reportOf(fit);
  const results: FitManyResult[] = [];
  for (const [index, run] of state.finished.entries()) {
    results.push(await resultOf(fit, state, { run, index, interrupted }));
  }
  return results;
}

/** Trains the runs from `range[0]` to `range[1]` side by side. */
async function trainGroup(
  fit: Fit,
  state: FitState,
  { range: [first, end], resume }: {
    readonly range: readonly [first: number, end: number];
    readonly resume: FitCheckpoint | undefined;
  },
): Promise<{ readonly runs: readonly GroupRun[]; readonly interrupted: boolean }> {
  const { model, record, geneEffects, engine, reason, arithmetic, options, hooks } = fit;
  const settings = fit.settings.slice(first, end);
  await using session = await engine.createSession(model, {
    members: settings.map((_, i) => memberOf(fit, first + i)),
    batchSize: settings[0]!.batchSize,
    threads: options.threads,
  });
  if (state.report === undefined) {
    state.report = { engine: engine.name, device: session.device, reason, arithmetic };
    await hooks.wait(() => options.onStart?.({ ...state.report! }));
  }
  const runs = fit.runs.slice(first, end);
  const { epochs, batchSize } = settings[0]!;
  const { panels, sampleWeights } = fit;
  const samples = await makeGroupSamples({
    model,
    record,
    runs,
    settings,
    panels,
    weights: sampleWeights?.values,
    acceptAssembly: options.acceptAssembly,
  });
  using joined = joinSignals(options.signal, options.stop);
  const { signal } = joined;
  const setup = {
    model,
    record,
    runs,
    settings,
    epochs,
    batchSize,
    samples,
    first,
    work: workOf(fit, first),
    options,
    hooks,
    signal,
  };
  const loop = await EpochLoop.start(session, setup, {
    cadence: state.cadence,
    save: async (checkpoint) =>
      await hooks.wait(() =>
        options.checkpoint?.save({
          ...checkpoint,
          ...checkpointOf(fit, state),
          group: [first - state.part[0], end - state.part[0]],
          runs: [...state.kept, ...checkpoint.runs.map((run, i) => planned(fit, run, first + i))],
        })
      ),
  });
  if (resume !== undefined) await loop.restore(resume.runs.slice(resume.group[0]));
  try {
    await loop.train(resume);
    await loop.keepBest();
    if (geneEffects) await loop.fitGeneEffects();
    return { runs: loop.runs, interrupted: false };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!options.stop?.aborted) throw error;
    await loop.saveLastEpoch();
    return { runs: loop.runs.map(withBestWeights), interrupted: true };
  }
}

/** How much there is to do in all, and how much of it comes before a run, in samples trained on. */
function workOf({ runs, settings }: Fit, first: number): GroupSetup["work"] {
  const sizes = runs.map(({ data }, run) => settings[run]!.epochs * data.length);
  const sum = (some: readonly number[]) => some.reduce((total, size) => total + size, 0);
  return { before: sum(sizes.slice(0, first)), total: sum(sizes) };
}

/** A run in a checkpoint, with how it is trained. */
function planned(fit: Fit, run: RunCheckpoint, index: number): RunCheckpoint {
  return { ...run, training: plannedTraining(fit, index) };
}

async function resultOf(
  fit: Fit,
  { report, arithmetic }: FitState,
  { run, index, interrupted }: {
    readonly run: GroupRun;
    readonly index: number;
    readonly interrupted: boolean;
  },
): Promise<FitManyResult> {
  const { model: spec, record, runs, settings, panels, geneEffects: wantsEffects } = fit;
  const { state, history, geneEffects, diverged } = run;
  const { epochs, earlyStopping, labelStatistics } = settings[index]!;
  const training = {
    ...plannedTraining(fit, index),
    arithmetic,
    epochs: keptEpoch(history, earlyStopping),
  };
  const weights = state.weights as Weights;
  const { data } = runs[index]!;
  const panel = await (labelStatistics ? panels?.statisticsOf(data) : panels?.panelOf(data));
  const labelScale = panel && labelScaleOf(spec, panel);
  const isTrained = history.length === epochs || hasStopped(history, earlyStopping);
  const isUnfinished = !isTrained || (wantsEffects && geneEffects === undefined);
  return {
    ...report!,
    history,
    // A run whose group finished before the interruption is complete.
    interrupted: interrupted && diverged === undefined && isUnfinished,
    model: withInputRecord({
      spec,
      weights,
      record,
      training,
      ...(geneEffects && { geneEffects }),
      ...(panel && { panel }),
      ...(labelScale && { labelScale }),
    }),
    ...(diverged && { diverged }),
  };
}
