import { checkInteger } from "../base/check_integer.ts";
import { showValue } from "../base/show_value.ts";
import { readsPanel } from "../model/panel_inputs.ts";
import { findPreset, type PresetName } from "../model/presets.ts";
import { parseSchedule, type Schedule } from "../model/schedule.ts";
import type { Loss, ModelSpec } from "../model/spec.ts";
import { BATCH_BY, type BatchBy, type EarlyStopping } from "../model/trained_model.ts";
import {
  SEQUENCE_CONTROLS,
  type SequenceControlSettings,
  type Transform,
  transformFunction,
} from "../record.ts";

/** Settings of a training run, every default filled in. */
export interface TrainingSettings {
  /** Seed of weights, order and dropout: an integer from 0 to 2^53 − 1. */
  readonly seed: number;
  /** Passes over the samples. */
  readonly epochs: number;
  /** Samples of a step. */
  readonly batchSize: number;
  /** Adam's learning rate; with a schedule, its peak. */
  readonly learningRate: number;
  /** How the learning rate changes from step to step. */
  readonly schedule: Schedule;
  /** Decoupled weight decay of kernels (AdamW, Loshchilov and Hutter 2019): a number of at least 0. */
  readonly weightDecay: number;
  /** The order of samples: at random, or by genes at random. */
  readonly batchBy: BatchBy;
  /** Samples that are shuffled together; absent where all are. */
  readonly window?: number;
  /** Applied to the counts; with `none` the network sees what the data hold, be it counts or their logarithms. */
  readonly transform: Transform;
  /** Whether the trained genes' effects are fitted after the network. */
  readonly geneEffects: boolean;
  /** Share of samples whose references' labels are hidden in training; for models that read a panel. */
  readonly labelDropout: number;
  /** Share of samples whose references are hidden in training, marks and labels; for models that read a panel. */
  readonly geneDropout: number;
  /** Share of samples whose references' marks, but not labels, are hidden in training; for models that read a panel. */
  readonly referenceDropout: number;
  /** Share of marks that are hidden in training, from samples and references; for models that read a panel. */
  readonly markDropout: number;
  /** Whether the model keeps statistics of its panel's labels in place of the panel; for models that read a panel. */
  readonly labelStatistics: boolean;
  /** The sequences that the model sees in place of its genes' own; absent for these. */
  readonly sequenceControl?: SequenceControlSettings;
  /** What training minimises; absent for the model's own loss. */
  readonly loss?: Loss;
  /** When training ends before its last epoch; absent if it does not. */
  readonly earlyStopping?: EarlyStopping;
}

/** Some of the {@linkcode TrainingSettings}: those that one place, such as flags or a file, gives. */
export type SettingsLayer = {
  readonly [Name in keyof TrainingSettings]?: TrainingSettings[Name] | undefined;
};

/**
 * Resolves the settings of a training run.
 *
 * @param layers The places that give settings, the most important first: such as flags, a model's file and
 * {@linkcode presetSettings}. Where no layer has a setting, the seed is 0, counts are not transformed, the learning rate
 * is constant, there is no weight decay, batches are of samples at random, no gene effects are fitted, and all epochs are trained.
 * @returns Each setting from the first layer that has it.
 * @throws {RangeError} If a setting is out of range, or no layer has epochs, batch size or learning rate.
 *
 * @example Flags before the preset
 * ```ts
 * import { presetSettings, resolveSettings } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const settings = resolveSettings({ epochs: 3 }, presetSettings("wakawaka"));
 * strictEqual(settings.epochs, 3);
 * strictEqual(settings.batchSize, 250);
 * ```
 */
export function resolveSettings(...layers: readonly SettingsLayer[]): TrainingSettings {
  const [loss, earlyStopping] = [pick(layers, "loss"), pick(layers, "earlyStopping")];
  const window = pick(layers, "window");
  const sequenceControl = pick(layers, "sequenceControl");
  const settings: TrainingSettings = {
    seed: pick(layers, "seed") ?? 0,
    epochs: pick(layers, "epochs") ?? NaN,
    batchSize: pick(layers, "batchSize") ?? NaN,
    learningRate: pick(layers, "learningRate") ?? NaN,
    // This throws if it is no schedule.
    schedule: parseSchedule(pick(layers, "schedule") ?? { type: "constant" }),
    weightDecay: pick(layers, "weightDecay") ?? 0,
    batchBy: pick(layers, "batchBy") ?? "sample",
    ...(window !== undefined && { window }),
    transform: pick(layers, "transform") ?? "none",
    geneEffects: pick(layers, "geneEffects") ?? false,
    labelDropout: pick(layers, "labelDropout") ?? 0,
    geneDropout: pick(layers, "geneDropout") ?? 0,
    referenceDropout: pick(layers, "referenceDropout") ?? 0,
    markDropout: pick(layers, "markDropout") ?? 0,
    labelStatistics: pick(layers, "labelStatistics") ?? false,
    ...(sequenceControl && { sequenceControl: checkSequenceControl(sequenceControl) }),
    ...(loss !== undefined && { loss }),
    ...(earlyStopping && { earlyStopping: checkEarlyStopping(earlyStopping) }),
  };
  for (const [name, least] of [["seed", 0], ["epochs", 1], ["batchSize", 1]] as const) {
    checkInteger(settings[name], { action: "train", name, least });
  }
  if (window !== undefined) checkInteger(window, { action: "train", name: "window", least: 1 });
  const { learningRate, weightDecay } = settings;
  // Number.isFinite, since a string would pass a comparison and be saved as a string.
  if (!Number.isFinite(learningRate) || learningRate <= 0) {
    throw new RangeError(
      `Cannot train: learningRate is ${showValue(learningRate)}, expected a finite number > 0`,
    );
  }
  if (!Number.isFinite(weightDecay) || weightDecay < 0) {
    throw new RangeError(
      `Cannot train: weightDecay is ${showValue(weightDecay)}, expected a finite number >= 0`,
    );
  }
  if (!BATCH_BY.includes(settings.batchBy)) {
    throw new RangeError(
      `Cannot train: batchBy is ${settings.batchBy}, expected one of ${BATCH_BY.join(", ")}`,
    );
  }
  // This throws if the transform is unknown.
  transformFunction(settings.transform);
  checkDropout(settings);
  return settings;
}

/** Names of the settings that say what is hidden in training. */
export const PANEL_DROPOUT = [
  "labelDropout",
  "geneDropout",
  "referenceDropout",
  "markDropout",
] as const;

/** Throws unless shares of what is hidden are possible. */
function checkDropout(settings: TrainingSettings): void {
  for (const name of PANEL_DROPOUT) {
    const share = settings[name];
    if (Number.isFinite(share) && share >= 0 && share < 1) continue;
    throw new RangeError(
      `Cannot train: ${name} is ${showValue(share)}, expected a number from 0 to less than 1`,
    );
  }
  const { labelDropout, geneDropout, referenceDropout } = settings;
  const sum = labelDropout + geneDropout + referenceDropout;
  if (sum <= 1) return;
  throw new RangeError(
    `Cannot train: labelDropout, geneDropout and referenceDropout are ${sum} together, expected at most 1`,
  );
}

/** The smallest batch that few samples are divided into. */
const SMALLEST_BATCH = 32;

/**
 * The settings that a model is trained with unless others are given.
 *
 * @param spec A model, or the name of a preset.
 * @param options For how many samples. A preset that needs a number of steps, such as waka3, is trained in smaller batches
 * on few samples: its own batch halved until its epochs have that many, but no smaller than 32.
 * @returns The preset's settings; wakawaka's for a model that is not a preset, with log counts if it reads a panel.
 * @throws {RangeError} If no preset has that name.
 *
 * @example A preset's learning rate
 * ```ts
 * import { presetSettings } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(presetSettings("wakawaka").learningRate, 0.001);
 * ```
 */
export function presetSettings(
  spec: ModelSpec | PresetName,
  { samples = Infinity }: { readonly samples?: number | undefined } = {},
): SettingsLayer {
  const { training } = findPreset(typeof spec === "string" ? spec : "wakawaka");
  const { leastSteps = 0, ...settings } = training;
  let { batchSize } = settings;
  while (
    batchSize > SMALLEST_BATCH && settings.epochs * Math.ceil(samples / batchSize) < leastSteps
  ) {
    batchSize /= 2;
  }
  const sized = { ...settings, batchSize };
  if (typeof spec === "string" || !readsPanel(spec)) return sized;
  return { ...sized, transform: PANEL_TRANSFORM };
}

/** The transform of the counts that summaries are made of. */
export const PANEL_TRANSFORM: Transform = "log1p";

function checkSequenceControl(
  { kind, seed }: SequenceControlSettings,
): SequenceControlSettings {
  if (!SEQUENCE_CONTROLS.includes(kind)) {
    throw new RangeError(
      `Cannot train: sequenceControl.kind is ${kind}, expected one of ${
        SEQUENCE_CONTROLS.join(", ")
      }`,
    );
  }
  checkInteger(seed, { action: "train", name: "sequenceControl.seed", least: 0 });
  return { kind, seed };
}

function checkEarlyStopping({ patience, restoreBest = true }: EarlyStopping): EarlyStopping {
  checkInteger(patience, { action: "train", name: "earlyStopping.patience", least: 1 });
  if (typeof restoreBest === "boolean") return { patience, restoreBest };
  throw new TypeError(
    `Cannot train: earlyStopping.restoreBest is ${showValue(restoreBest)}, expected true or false`,
  );
}

function pick<Name extends keyof TrainingSettings>(
  layers: readonly SettingsLayer[],
  name: Name,
): TrainingSettings[Name] | undefined {
  return layers.find((layer) => (layer[name] ?? undefined) !== undefined)?.[name];
}
