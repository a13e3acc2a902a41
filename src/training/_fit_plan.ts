/** Everything about some runs that does not change while they train. */

import { chooseThreads } from "../base/threads.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Engine, MemberOptions } from "../engine/engine.ts";
import { selectEngine } from "../engine/select.ts";
import { inMemory } from "../io/stored_signal.ts";
import { initialWeights } from "../model/initial_weights.ts";
import { readsPanel } from "../model/panel_inputs.ts";
import type { PresetName } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import {
  checkGeneEffects,
  checkPanelSettings,
  checkShared,
  checkTrainable,
  checkValidation,
  resolveSpec,
  sealRecord,
} from "./_check_data.ts";
import type { IdentifiedRuns } from "./_fit_identity.ts";
import { Hooks } from "./hooks.ts";
import { runSettings } from "./_run_settings.ts";
import { chooseWindow } from "./choose_window.ts";
import { copyInitial, panelToGrow, recordOf, settingsOf } from "./initial.ts";
import { RunPanels } from "./_run_panels.ts";
import { checkSampleWeights, leaveOutWeightless } from "./_sample_weights.ts";
import type { FitManyOptions, FitRun, PlannedTraining } from "./fit_types.ts";
import { findFrozen, type FrozenWeights } from "./frozen.ts";
import { presetSettings, resolveSettings, type TrainingSettings } from "./settings.ts";

/** What some runs are, and what trains them. */
export interface Fit extends IdentifiedRuns {
  /** For a model that reads a panel. */
  readonly panels: RunPanels | undefined;
  readonly frozen: FrozenWeights;
  readonly options: FitManyOptions;
  /** Waits for the functions of the options. */
  readonly hooks: Hooks;
  readonly engine: Engine;
  readonly reason: string;
  /** The arithmetic that is used now. */
  readonly arithmetic: string;
}

/**
 * Resolves and checks what is to be trained.
 *
 * @throws As `fitMany` does.
 */
export async function planFit(
  spec: ModelSpec | PresetName,
  given: readonly FitRun[],
  options: FitManyOptions,
): Promise<Fit> {
  checkShared(given);
  const { data } = given[0]!;
  const { initial, acceptAssembly, frozen = [], sampleWeights } = options;
  const weights = sampleWeights === undefined
    ? undefined
    : await checkSampleWeights(sampleWeights, data.columns);
  const runs = leaveOutWeightless(given, weights);
  // Runs that train side by side have batches of one size.
  const samples = Math.max(...runs.map((run) => run.data.length));
  const settings = runs.map(({ seed, learningRate }) =>
    inWindows(
      resolveSettings(
        { seed, learningRate },
        options,
        settingsOf(initial),
        presetSettings(spec, { samples }),
      ),
      data,
    )
  );
  const shared = settings[0]!;
  const base = panelToGrow(options);
  const model = resolveSpec(spec, runs, { loss: shared.loss, base });
  for (const run of runs) checkRun(model, run, shared);
  // This throws if they are too few or too many.
  chooseThreads(options.threads);
  checkGeneEffects(model, shared.geneEffects);
  if (readsPanel(model)) inMemory(data.columns.signal, `train "${model.name}"`);
  checkPanelSettings(model, shared, options);
  const record = base === undefined
    ? sealRecord(data, shared.transform, {
      model,
      sequenceControl: shared.sequenceControl,
      base: recordOf(initial),
    })
    : (initial as TrainedModel).record;
  const start = initial === undefined
    ? undefined
    : await copyInitial(initial, { spec: model, data, record, panel: base, acceptAssembly });
  const found = findFrozen(model, frozen);
  const { engine, reason } = await selectEngine(options.engine ?? "auto", model);
  return {
    model,
    record,
    geneEffects: shared.geneEffects,
    runs,
    settings: settings.map(runSettings),
    panels: readsPanel(model)
      ? new RunPanels(options.unlabelled ?? [], { base, acceptAssembly })
      : undefined,
    start,
    sampleWeights: weights,
    frozen: found,
    options,
    hooks: new Hooks(options.signal),
    engine,
    reason,
    arithmetic: await engine.arithmetic(),
  };
}

/**
 * The settings with the window that the data need, or the given one in whole batches.
 *
 * @throws {RangeError} If batches are by gene and there are windows.
 */
function inWindows(settings: TrainingSettings, data: Dataset): TrainingSettings {
  const { window: _, ...others } = settings;
  const window = chooseWindow(data, settings);
  if (window === undefined) return others;
  if (settings.batchBy !== "gene") return { ...others, window };
  throw new RangeError(
    `Cannot train with batchBy gene in windows of ${window} samples: a gene's samples are not in one of them, expected ` +
      "batchBy sample or, of samples in memory, no window",
  );
}

/** Throws unless a model can learn a run's data, and stop as it is to. */
function checkRun(
  model: ModelSpec,
  { data, validation }: FitRun,
  { earlyStopping }: TrainingSettings,
): void {
  checkTrainable(model, data);
  checkValidation(model, validation, earlyStopping);
}

/** What a session is told of a run. */
export function memberOf(
  { model, runs, settings, start, frozen }: Fit,
  run: number,
): MemberOptions {
  const { seed, learningRate, schedule, weightDecay, epochs, batchSize } = settings[run]!;
  return {
    weights: start?.weights ?? initialWeights(model, seed),
    seed,
    learningRate,
    schedule,
    totalSteps: epochs * Math.ceil(runs[run]!.data.length / batchSize),
    weightDecay,
    frozen: frozen.weights,
  };
}

/** How a run is trained, as its model says it; what has no effect is left out. */
export function plannedTraining(
  { engine, runs, settings, start, frozen: { layers }, sampleWeights }: Fit,
  run: number,
): PlannedTraining {
  return {
    ...settings[run]!,
    engine: engine.name,
    samples: runs[run]!.data.length,
    ...(start && { startedFrom: start.sha256 }),
    ...(layers.length > 0 && { frozen: layers }),
    ...(sampleWeights && { sampleWeights: sampleWeights.sha256 }),
  };
}
