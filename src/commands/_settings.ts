/** Resolves the settings of the commands that train one model from their flags. */

import type { EngineName } from "../engine/select.ts";
import { parsePresetName, type PresetName } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { Transform } from "../record.ts";
import type { Inputs } from "../runs/inputs.ts";
import { presetSettings, resolveSettings } from "../training/settings.ts";
import { chooseData } from "./_data.ts";
import { inputsOfRun } from "./_inputs.ts";
import type { ModelFile } from "./_model_spec.ts";

/** Flags of the commands that train; see `declareTraining` and `declareModel`. */
export interface TrainingFlags {
  readonly data?: string | undefined;
  readonly preset: string;
  readonly spec?: string | undefined;
  readonly tensorboard?: string | undefined;
  readonly engine: EngineName;
  readonly threads?: number | undefined;
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
export interface RunSettings {
  readonly data: string;
  /** Name of the preset, or of the model in `spec`. */
  readonly preset: string;
  /** The model that the file of `--spec` holds; absent for a preset. */
  readonly spec?: ModelSpec | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly transform: Transform;
  /** Whether gene effects are fitted and added. */
  readonly geneEffects: boolean;
  readonly seed: number;
  readonly engine: EngineName;
  readonly threads: number | undefined;
}

/** Returns the model to train in the form that training functions take. */
export function modelOf({ spec, preset }: RunSettings): ModelSpec | PresetName {
  return spec ?? parsePresetName(preset);
}

/**
 * Fills in what flags leave open from the model's file, else from the preset, or from wakawaka for the user's own
 * model.
 */
export function resolveRunSettings(flags: TrainingFlags, file?: ModelFile): RunSettings {
  const { spec, training = {}, transform } = file ?? {};
  const settings = resolveSettings(
    flags,
    { ...training, transform },
    presetSettings(parsePresetName(flags.preset)),
  );
  return {
    data: chooseData(flags.data),
    preset: spec?.name ?? flags.preset,
    spec,
    epochs: settings.epochs,
    batchSize: settings.batchSize,
    learningRate: settings.learningRate,
    transform: settings.transform,
    geneEffects: settings.geneEffects,
    seed: settings.seed,
    engine: flags.engine,
    threads: flags.threads,
  };
}

/**
 * Digests the files that a run of `train`, `crossval` or `forecast` reads.
 *
 * @throws {ContractError} If a run that is resumed was started with other files.
 */
export async function inputsOfTraining(
  { data }: RunSettings,
  flags: Pick<TrainingFlags, "record" | "spec"> & {
    readonly test?: string | undefined;
    readonly labels?: string | undefined;
    readonly genes?: string | undefined;
    readonly groups?: string | undefined;
    readonly resume?: string | undefined;
  },
): Promise<Inputs> {
  const { record, spec, test, labels, genes, groups, resume } = flags;
  return await inputsOfRun({ data, record, spec, test, labels, genes, groups }, resume);
}
