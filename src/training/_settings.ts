import { chooseThreads } from "../base/threads.ts";
import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import { parseSpec } from "../model/parse_spec.ts";
import {
  findPreset,
  type PresetName,
  presetSpec,
  type TrainingDefaults,
} from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import { type DataRecord, reconcileRecords, type Transform, transformFunction } from "../record.ts";
import { checkInputShape } from "./_sample_source.ts";

/** Settings of a run, every default filled in. */
export interface Settings extends Pick<TrainingDefaults, "epochs" | "batchSize" | "learningRate"> {
  readonly seed: number;
}

/** What the network sees and what is learned behind it, every default filled in. */
export type Surroundings = Required<Pick<TrainingDefaults, "transform" | "geneEffects">>;

/** The model to train, in the shape of the data. */
export function resolveSpec(spec: ModelSpec | PresetName, data: Dataset): ModelSpec {
  const shape = { bins: data.bins, marks: data.marks.length };
  const model = parseSpec(typeof spec === "string" ? presetSpec(spec, shape) : spec);
  checkInputShape(model, data);
  return model;
}

/** Fills in the preset's settings, wakawaka's for a spec, and refuses those out of range. */
export function resolveSettings(
  spec: ModelSpec | PresetName,
  given: Partial<Settings> & { readonly threads?: number },
): Settings {
  const defaults = defaultsOf(spec);
  const settings = {
    seed: given.seed ?? 0,
    epochs: given.epochs ?? defaults.epochs,
    batchSize: given.batchSize ?? defaults.batchSize,
    learningRate: given.learningRate ?? defaults.learningRate,
  };
  for (const [name, least] of [["seed", 0], ["epochs", 1], ["batchSize", 1]] as const) {
    if (!Number.isSafeInteger(settings[name]) || settings[name] < least) {
      throw new RangeError(
        `Cannot train: ${name} is ${settings[name]}, expected an integer >= ${least}`,
      );
    }
  }
  // It throws where they are too few or too many.
  chooseThreads(given.threads);
  const { learningRate } = settings;
  // Number.isFinite, since a text would pass a comparison and be saved as one.
  if (!Number.isFinite(learningRate) || learningRate <= 0) {
    throw new RangeError(`Cannot train: learningRate is ${learningRate}, expected a number > 0`);
  }
  return settings;
}

/** Fills in transform and gene effects as {@linkcode resolveSettings} does, and refuses effects of a classifier. */
export function resolveSurroundings(
  spec: ModelSpec | PresetName,
  { given, model }: { readonly given: Partial<Surroundings>; readonly model: ModelSpec },
): Surroundings {
  const defaults = defaultsOf(spec);
  const { transform = defaults.transform ?? "none" } = given;
  const { geneEffects = defaults.geneEffects ?? false } = given;
  // It throws where there is none of that name.
  transformFunction(transform);
  if (geneEffects && model.loss !== "meanSquaredError") {
    throw new ContractError(
      `Cannot fit gene effects: "${model.name}" minimises ${model.loss}, expected meanSquaredError`,
    );
  }
  return { transform, geneEffects };
}

function defaultsOf(spec: ModelSpec | PresetName): TrainingDefaults {
  return findPreset(typeof spec === "string" ? spec : "wakawaka").training;
}

/** Throws unless a model can learn a data set's labels. */
export function checkTrainable(model: ModelSpec, data: Dataset): void {
  checkLabelled(data, { action: "train", model });
}

/** Throws unless a model's loss can be measured on validation data. */
export function checkValidation(model: ModelSpec, validation: Dataset | undefined): void {
  if (validation !== undefined) checkLabelled(validation, { action: "validate", model });
}

function checkLabelled(
  data: Dataset,
  { action, model }: { readonly action: string; readonly model: ModelSpec },
): void {
  if (data.length === 0) throw new ContractError(`Cannot ${action}: the data have no samples`);
  if (!data.hasLabels) throw new ContractError(`Cannot ${action}: the data have no labels`);
  if (model.loss !== "binaryCrossentropy") return;
  const labels = data.labels();
  const bad = labels.findIndex((label) => label !== 0 && label !== 1);
  if (bad >= 0) {
    throw new ContractError(
      `Cannot ${action} "${model.name}": the label of gene ${data.describeGene(bad)} in ` +
        `${data.cellTypeOf(bad)} is ${labels[bad]}, expected 0 or 1 for binaryCrossentropy`,
    );
  }
}

/** The record of the numbers the network sees, from that of the data and the transform asked for. */
export function sealRecord(record: DataRecord, transform: Transform): DataRecord {
  // Data that carry a transform already are taken as they are, unless another one is asked for on top.
  const sealed = { ...record, transform: transform === "none" ? record.transform : transform };
  reconcileRecords(sealed, record);
  return sealed;
}
