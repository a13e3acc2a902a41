/** The samples that a model predicts, as an engine takes them. */

import type { Dataset } from "../data/dataset.ts";
import { findSilentMarks } from "../data/silent_marks.ts";
import { requireEveryMark } from "../data/missing_marks.ts";
import type { SampleSource } from "../engine/sample_source.ts";
import { ContractError } from "../errors.ts";
import { describeMissingMarks } from "../io/mark_mask.ts";
import { listSome } from "../base/wording.ts";
import { modelInputs } from "../model/inputs.ts";
import { readsPanel } from "../model/panel_inputs.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { extendPanel } from "../panel/extend_panel.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import { countKnown, describeReading } from "../panel/reading.ts";
import { placeInPanel } from "../panel/references.ts";
import type { ReconcileOptions, SequenceControlKind } from "../record.ts";
import { sampleSource } from "./_sample_source.ts";
import { PanelSource } from "./panel_source.ts";

/** What is known besides the samples. */
export interface PredictSourceOptions extends ReconcileOptions {
  readonly unlabelled?: readonly Dataset[] | undefined;
  readonly dropMarks?: readonly string[] | undefined;
}

/**
 * Makes the source of samples to predict.
 *
 * @throws {ContractError} If the data contradict the model, lack marks that it needs, or it cannot use unlabelled samples.
 * @throws {RangeError} If a mark to drop is not one of the model's, or no mark would be left.
 */
export async function predictSource(
  model: TrainedModel,
  data: Dataset,
  { unlabelled = [], dropMarks = [], ...accepted }: PredictSourceOptions,
): Promise<SampleSource> {
  const { spec, panel } = model;
  if (readsPanel(spec)) {
    if (panel === undefined) {
      throw new ContractError(
        `Cannot predict with "${spec.name}": it reads a panel and has none, expected a model that fit returned or ` +
          "loadModel loaded",
      );
    }
    const whole = await extendOnce(panel, unlabelled, accepted);
    accepted.onNote?.(describeReading(countKnown(whole, data)));
    noteOwnStatistics(data, whole, accepted);
    noteMissingMarks(data, panel, { ...accepted, dropMarks });
    const { turnedInPanel } = await import("../panel/turned_genes.ts");
    return new PanelSource(data.columns, whole, {
      ...accepted,
      turned: turnedInPanel(whole, data.columns),
      inputs: modelInputs(spec),
      dropMarks,
    });
  }
  if (unlabelled.length > 0 || dropMarks.length > 0) {
    const what = unlabelled.length > 0 ? "unlabelled samples" : "marks to drop";
    throw new ContractError(
      `Cannot predict with "${spec.name}": it has no use for ${what}, expected a model that reads a panel`,
    );
  }
  const control = model.record.sequence?.control;
  if (control !== undefined) {
    accepted.onNote?.(
      `the model is a control: in place of each gene's own sequence it is shown ${
        CONTROLS[control.kind]
      }`,
    );
  }
  const source = sampleSource(data, model.record, { ...accepted, model: spec });
  requireEveryMark(data, "predict");
  return source;
}

/** What controls show. */
const CONTROLS: Readonly<Record<SequenceControlKind, string>> = {
  shuffled: "that of another gene",
  "random-code": "random letters",
};

/** Says which cell types are not shown a panel's label statistics, since their own labels are in these. */
function noteOwnStatistics(
  data: Dataset,
  panel: ReferencePanel,
  { onNote }: ReconcileOptions,
): void {
  if (panel.statistics === undefined) return;
  const { seesStatistics } = placeInPanel(panel, data.columns);
  const present = new Set(data.cellTypeIndices());
  const own = data.columns.cellTypes.filter((_, cellType) =>
    present.has(cellType) && !seesStatistics[cellType]
  );
  if (own.length === 0) return;
  onNote?.(
    `the label statistics include labels of ${
      listSome(own)
    }, which cannot be taken out, so genes were predicted there as ` +
      "new ones are",
  );
}

/** Says which marks of a panel the data lack: each of them costs accuracy. */
function noteMissingMarks(
  data: Dataset,
  { record: { marks } }: ReferencePanel,
  { onNote, dropMarks }: ReconcileOptions & { readonly dropMarks: readonly string[] },
): void {
  if (onNote === undefined) return;
  const lacking = marks.filter((mark) => !data.marks.includes(mark));
  if (lacking.length > 0) onNote?.(`the data lack ${lacking.join(" and ")}`);
  const { missingMarks } = data;
  if (missingMarks.size > 0) {
    onNote?.(`marks were not measured: ${describeMissingMarks(missingMarks)}`);
  }
  const silent = new Map(
    [...findSilentMarks(data)].map(([cellType, names]) =>
      [cellType, names.filter((mark) => !dropMarks.includes(mark))] as const
    ).filter(([, names]) => names.length > 0),
  );
  if (silent.size === 0) return;
  onNote?.(
    `marks have no signal at all: ${
      describeMissingMarks(silent)
    }. If they were not measured, drop them ` +
      "(--drop-marks), since no signal is taken for what was measured",
  );
}

/** The last extension of each panel: the members of an ensemble share it. */
const extensions = new WeakMap<
  ReferencePanel,
  { readonly unlabelled: readonly Dataset[]; readonly extended: Promise<ReferencePanel> }
>();

async function extendOnce(
  panel: ReferencePanel,
  unlabelled: readonly Dataset[],
  accepted: ReconcileOptions,
): Promise<ReferencePanel> {
  if (unlabelled.length === 0) return panel;
  const last = extensions.get(panel);
  const isSame = last?.unlabelled.length === unlabelled.length &&
    last.unlabelled.every((data, i) => data === unlabelled[i]);
  if (isSame) return await last.extended;
  const extended = extendPanel(panel, unlabelled, accepted);
  extensions.set(panel, { unlabelled, extended });
  return await extended;
}
