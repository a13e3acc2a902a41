/** Resolves the settings of the commands that train one model from their flags. */

import type { Dataset } from "../data/dataset.ts";
import type { EngineName } from "../engine/select.ts";
import { parsePresetName, type PresetName } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import type { Transform } from "../record.ts";
import type { Inputs } from "../runs/inputs.ts";
import { describeModels } from "../runs/models.ts";
import { chooseWindow } from "../training/choose_window.ts";
import { settingsOf } from "../training/initial.ts";
import {
  presetSettings,
  resolveSettings,
  type SettingsLayer,
  type TrainingSettings,
} from "../training/settings.ts";
import { fileOfAnnotation } from "./_annotation.ts";
import { panelSettings, type PanelTrainingFlags } from "./_panel_flags.ts";
import { chooseData } from "./_data.ts";
import { inputsOfRun } from "./_inputs.ts";
import { type SequenceControlFlags, sequenceControlSettings } from "./_sequence_control.ts";
import type { SequenceFlags } from "./_sequences.ts";
import type { SpecFile } from "./_model_spec.ts";
import {
  type EarlyStoppingFlags,
  type OptimiserFlags,
  optimiserSettings,
} from "./_optimiser_flags.ts";

/** Flags of the commands that train; see `declareTraining` and `declareModel`. */
export interface TrainingFlags
  extends
    OptimiserFlags,
    EarlyStoppingFlags,
    PanelTrainingFlags,
    SequenceFlags,
    SequenceControlFlags {
  readonly data?: string | undefined;
  readonly preset: string;
  readonly spec?: string | undefined;
  readonly tensorboard?: string | undefined;
  readonly engine: EngineName;
  readonly threads?: number | undefined;
  /** Most bytes of signal in memory. */
  readonly memory?: number | undefined;
  readonly epochs?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly learningRate?: number | undefined;
  readonly transform?: Transform | undefined;
  readonly geneEffects?: boolean | undefined;
  readonly seed: number;
  readonly record?: string | undefined;
  readonly out?: string | undefined;
  readonly overwrite: boolean;
}

/** Settings of a run with every default filled in, as `config.json` records them. */
export interface RunSettings extends TrainingSettings {
  readonly data: string;
  /** Name of the preset, or of the model in `spec`. */
  readonly preset: string;
  /** The model that the file of `--spec` holds, or that of `--from`; absent for a preset. */
  readonly spec?: ModelSpec | undefined;
  readonly engine: EngineName;
  readonly threads: number | undefined;
}

/** Returns the model to train in the form that training functions take. */
export function modelOf({ spec, preset }: RunSettings): ModelSpec | PresetName {
  return spec ?? parsePresetName(preset);
}

/** The settings of a run that are options of training: not what is trained, nor on which file. */
export function trainingOptions(
  { data: _, preset: _name, spec: _spec, ...options }: RunSettings,
): Omit<RunSettings, "data" | "preset" | "spec"> {
  return options;
}

/** Where settings come from that no flag gives. */
export interface SettingsSources {
  readonly file?: SpecFile | undefined;
  readonly initial?: TrainedModel | undefined;
  /** Samples to train on, which the sizes of batches and windows depend on; absent as long as they have not been read. */
  readonly data?: Dataset | undefined;
}

/**
 * Fills in what flags leave open from the model's file or the model that training starts from, else from the preset, or
 * from wakawaka for the user's own model.
 */
export function resolveRunSettings(
  flags: TrainingFlags,
  { file, initial, data }: SettingsSources,
): RunSettings {
  const { training = {}, transform } = file ?? {};
  const spec = file?.spec ?? initial?.spec;
  const settings = resolveSettings(
    settingsOfFlags(flags),
    { ...training, transform },
    settingsOf(initial),
    presetSettings(spec ?? parsePresetName(flags.preset), { samples: data?.length }),
  );
  const window = data && chooseWindow(data, { ...settings, mostBytes: flags.memory });
  return {
    ...settings,
    ...(window !== undefined && { window }),
    data: chooseData(flags.data),
    preset: spec?.name ?? flags.preset,
    spec,
    engine: flags.engine,
    threads: flags.threads,
  };
}

function settingsOfFlags(flags: TrainingFlags): SettingsLayer {
  const { seed, epochs, batchSize, learningRate, transform, geneEffects } = flags;
  return {
    seed,
    epochs,
    batchSize,
    learningRate,
    transform,
    geneEffects,
    ...optimiserSettings(flags),
    ...panelSettings(flags),
    ...sequenceControlSettings(flags),
  };
}

/**
 * Digests the files that a run of `train`, `crossval` or `forecast` reads.
 *
 * @throws {ContractError} If a run that is resumed was started with other files.
 */
export async function inputsOfTraining(
  { data }: RunSettings,
  flags: Pick<TrainingFlags, "record" | "spec" | "sequences"> & {
    readonly panel?: string | undefined;
    readonly test?: string | undefined;
    readonly labels?: string | undefined;
    readonly genes?: string | undefined;
    readonly groups?: string | undefined;
    readonly validation?: string | undefined;
    readonly weights?: string | undefined;
    readonly from?: string | undefined;
    readonly resume?: string | undefined;
  },
): Promise<Inputs> {
  const { resume, from, record, spec, panel, test, labels, genes, groups } = flags;
  const { validation, weights, sequences } = flags;
  const files = {
    data,
    record,
    sequences,
    spec,
    panel,
    test,
    labels,
    genes: fileOfAnnotation(genes),
    groups,
    validation,
    weights,
  };
  const models: Parameters<typeof inputsOfRun>[2] = from === undefined
    ? {}
    : { from: await describeModels(from) };
  return await inputsOfRun(files, resume, models);
}
