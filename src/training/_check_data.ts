import type { Dataset } from "../data/dataset.ts";
import { requireEveryMark } from "../data/missing_marks.ts";
import { cellTypeGroupIndices } from "../data/sample_groups.ts";
import { ContractError } from "../errors.ts";
import { isOverReferences, readsSequence } from "../model/inputs.ts";
import { lossName } from "../model/loss.ts";
import { readsPanel } from "../model/panel_inputs.ts";
import { parseSpec } from "../model/parse_spec.ts";
import { type PresetName, presetSpec } from "../model/presets.ts";
import { isBranched, type Loss, type ModelSpec } from "../model/spec.ts";
import { sameCellTypes } from "../panel/references.ts";
import type { EarlyStopping } from "../model/trained_model.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import { planSequenceControl } from "../data/sequence_control.ts";
import type { DataRecord, SequenceControl, SequenceControlSettings, Transform } from "../record.ts";
import { withModelBases } from "./model_bases.ts";
import { checkInputShape } from "./_sample_source.ts";
import type { FitManyOptions, FitRun } from "./fit_types.ts";
import { PANEL_DROPOUT, PANEL_TRANSFORM, type TrainingSettings } from "./settings.ts";

/** What the shape of a model follows from besides the runs' data. */
export interface ResolveSpecOptions {
  /** What training minimises; the model's own loss by default. */
  readonly loss?: Loss | undefined;
  /** The panel of a model that is trained further. */
  readonly base?: ReferencePanel | undefined;
}

/** The model to train, in the shape of the data. */
export function resolveSpec(
  spec: ModelSpec | PresetName,
  runs: readonly FitRun[],
  { loss, base }: ResolveSpecOptions = {},
): ModelSpec {
  const { data } = runs[0]!;
  const references = Math.max(1, ...runs.map((run) => countReferences(run.data, base)));
  const { bins, marks } = base === undefined
    ? { bins: data.bins, marks: data.marks.length }
    : { bins: base.bins, marks: base.record.marks.length };
  const found: ModelSpec = typeof spec === "string"
    ? presetSpec(spec, { bins, marks, references, bases: data.columns.sequences?.bases })
    : makeRoom(spec, references);
  const model: ModelSpec = parseSpec(loss === undefined ? found : { ...found, loss });
  // A panel compares itself with the data, which may lack marks.
  if (base === undefined) checkInputShape(model, data);
  return model;
}

/** A model that takes as many references as there may be, on which its weights do not depend. */
function makeRoom(spec: ModelSpec, references: number): ModelSpec {
  if (!isBranched(spec) || !readsPanel(spec)) return spec;
  const inputs = spec.inputs.map((input) =>
    isOverReferences(input) && input.references < references ? { ...input, references } : input
  );
  return { ...spec, inputs };
}

/** Cell types, replicates aside, of which a sample of a new one has references. */
function countReferences(data: Dataset, base: ReferencePanel | undefined): number {
  if (base === undefined) return new Set(cellTypeGroupIndices(data)).size;
  const same = sameCellTypes(base.cellTypes, data.columns);
  const cellTypes = data.cellTypeIndices();
  const fresh = cellTypeGroupIndices(data).filter((_, i) => same[cellTypes[i]!]!.size === 0);
  return base.cellTypes.length + new Set(fresh).size;
}

/**
 * Throws unless settings suit whether a model reads a panel.
 *
 * @throws {RangeError} If the transform is another than that of summaries, or something is to be hidden without a panel.
 * @throws {ContractError} If unlabelled samples are given without a panel.
 */
export function checkPanelSettings(
  model: ModelSpec,
  settings: TrainingSettings,
  { unlabelled = [] }: Pick<FitManyOptions, "unlabelled">,
): void {
  if (readsPanel(model)) {
    if (settings.batchBy !== "sample") {
      throw new RangeError(
        `Cannot train "${model.name}" with batchBy ${settings.batchBy}: it reads a panel, whose batches are of genes × ` +
          "cell types already, expected sample",
      );
    }
    if (settings.window !== undefined) {
      throw new RangeError(
        `Cannot train "${model.name}" with a window of ${settings.window} samples: it reads a panel, whose batches are of ` +
          "genes × cell types, expected no window",
      );
    }
    if (settings.transform === PANEL_TRANSFORM) return;
    throw new RangeError(
      `Cannot train "${model.name}" with transform ${settings.transform}: it compares summaries of log counts, ` +
        `expected ${PANEL_TRANSFORM}`,
    );
  }
  if (settings.labelStatistics) {
    throw new RangeError(
      `Cannot train "${model.name}" with labelStatistics: it reads no panel, expected a model that does, such as waka3`,
    );
  }
  const hides = PANEL_DROPOUT.find((name) => settings[name] > 0);
  if (hides !== undefined) {
    throw new RangeError(
      `Cannot train "${model.name}" with ${hides} ${
        settings[hides]
      }: it reads no panel, expected 0`,
    );
  }
  if (unlabelled.length === 0) return;
  throw new ContractError(
    `Cannot use unlabelled samples to train "${model.name}": it reads no panel, expected a model that does, such as ` +
      "waka3",
  );
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
export function checkValidation(
  model: ModelSpec,
  validation: Dataset | undefined,
  earlyStopping?: EarlyStopping,
): void {
  if (validation === undefined && earlyStopping !== undefined) {
    throw new ContractError(
      "Cannot stop early: found no validation data, expected some by whose loss the best epoch is known",
    );
  }
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
  if (!readsPanel(model)) requireEveryMark(data, action);
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
 * transform are taken as they are, unless another one is requested, which is then applied to their counts. Of sequences it
 * says something only if the model reads them.
 *
 * @throws {ContractError} If the data carry another transform than the requested one, and their counts are not known.
 */
export function sealRecord(
  data: Dataset,
  transform: Transform,
  { model, sequenceControl, base }: {
    readonly model: ModelSpec;
    readonly sequenceControl?: SequenceControlSettings | undefined;
    /** The record of the model that training starts from. */
    readonly base?: DataRecord | undefined;
  },
): DataRecord {
  const seen = withModelBases(model, data).record;
  const { sequence, ...others } = seen;
  const isRead = readsSequence(model) && sequence !== undefined;
  if (sequenceControl !== undefined && !isRead) {
    throw new ContractError(
      `Cannot train "${model.name}" with the sequence control ${sequenceControl.kind}: it reads no sequence, expected a ` +
        "model that does, such as waka-dna",
    );
  }
  const control = sequenceControl && sealControl(data, sequenceControl, base?.sequence?.control);
  const record: DataRecord = isRead
    ? { ...seen, sequence: { ...sequence, ...(control && { control }) } }
    : others;
  const sealed = { ...record, transform: transform === "none" ? record.transform : transform };
  if (sealed.transform === record.transform || data.hasCounts) return sealed;
  throw new ContractError(
    `Cannot train with transform ${transform}: the data already carry ${record.transform}, and their counts are not ` +
      `known, as they are of logarithms of integers that a reader or recoverCounts found. Expected transform ` +
      `${record.transform}, or plain counts`,
  );
}

/** The control of the model that training starts from, if that is the one asked for, else a new one. */
function sealControl(
  { columns }: Dataset,
  settings: SequenceControlSettings,
  former: SequenceControl | undefined,
): SequenceControl {
  const isSame = former?.kind === settings.kind && former.seed === settings.seed;
  return isSame ? former : planSequenceControl(columns, settings);
}
