import type { Dataset } from "../data/dataset.ts";
import { requireEveryMark } from "../data/missing_marks.ts";
import { ContractError } from "../errors.ts";
import { lossName } from "../model/loss.ts";
import { parseSpec } from "../model/parse_spec.ts";
import { type PresetName, presetSpec } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { DataRecord, Transform } from "../record.ts";
import { checkInputShape } from "./_sample_source.ts";
import type { FitRun } from "./fit_types.ts";

/** The model to train, in the shape of the data. */
export function resolveSpec(spec: ModelSpec | PresetName, data: Dataset): ModelSpec {
  const shape = { bins: data.bins, marks: data.marks.length };
  const model = parseSpec(typeof spec === "string" ? presetSpec(spec, shape) : spec);
  checkInputShape(model, data);
  return model;
}

/** Throws unless gene effects can be fitted after a model. */
export function checkGeneEffects(model: ModelSpec, geneEffects: boolean): void {
  const name = lossName(model.loss);
  if (!geneEffects || name === "meanSquaredError" || name === "huber") return;
  throw new ContractError(
    `Cannot fit gene effects: "${model.name}" minimises ${name}, expected meanSquaredError or huber`,
  );
}

/** Throws unless a model can learn a data set's labels. */
export function checkTrainable(model: ModelSpec, data: Dataset): void {
  checkLabelled(data, { action: "train", model });
}

/** Throws unless a model's loss can be measured on validation data. */
export function checkValidation(model: ModelSpec, validation: Dataset | undefined): void {
  if (validation !== undefined) checkLabelled(validation, { action: "validate", model });
}

/** Throws unless all runs have views of the same samples. */
export function checkShared(runs: readonly FitRun[]): void {
  const [first] = runs;
  const shared = runs.every((run) =>
    run.data.columns === first?.data.columns &&
    run.validation?.columns === first.validation?.columns
  );
  if (shared) return;
  throw new ContractError(
    "Cannot train side by side: the runs' data are not views of one data set",
  );
}

function checkLabelled(
  data: Dataset,
  { action, model }: { readonly action: string; readonly model: ModelSpec },
): void {
  if (data.length === 0) throw new ContractError(`Cannot ${action}: the data have no samples`);
  if (!data.hasLabels) throw new ContractError(`Cannot ${action}: the data have no labels`);
  requireEveryMark(data, action);
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

/**
 * The record of the numbers that the network sees, from that of the data and the requested transform. Data that carry a
 * transform are taken as they are, unless another one is requested, which is then applied to their counts.
 *
 * @throws {ContractError} If the data carry another transform than the requested one, and their counts are not known.
 */
export function sealRecord(data: Dataset, transform: Transform): DataRecord {
  const { record } = data;
  const sealed = { ...record, transform: transform === "none" ? record.transform : transform };
  if (sealed.transform === record.transform || data.hasCounts) return sealed;
  throw new ContractError(
    `Cannot train with transform ${transform}: the data already carry ${record.transform}, and their counts are not ` +
      `known, as they are of logarithms of integers that a reader or recoverCounts found. Expected transform ` +
      `${record.transform}, or plain counts`,
  );
}
