/** What a model's card says of the data that it was trained on. */

import { formatCount, formatCountOf } from "../base/count.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { showText } from "./_card_text.ts";

/** Cell types that are named; the others are counted. */
const MOST_NAMES = 100;
/** The most characters of a cell of the table, which may list names. */
const MOST_OF_CELL = 4000;

/** The record, the samples and the settings, in paragraphs and tables. */
export function describeOwnRecord(model: TrainedModel): string[] {
  const { record, inputRecord, training, calibration, panel } = model;
  const ofPanel = panel?.cellTypes.map(({ name }) => name) ?? [];
  const cellTypes = calibration?.cellTypes ?? (ofPanel.length > 0 ? ofPanel : undefined);
  const rows: (readonly [what: string, value: string])[] = [
    ["assembly", record.assembly],
    ["bins", `${formatCount(record.binSizeBp)} bp, in ${record.orientation} direction`],
    ["values", `${record.countingRule}${normalised(record.normalisation)}`],
    ["marks", record.marks.join(", ")],
    ["transform of the values that the model takes", inputRecord.transform],
    ["transform that the model applies", record.transform],
    ["unit of the labels (transform)", record.expressionTransform ?? "not known"],
    ["source of the data", record.source ?? "not known"],
    ["cell types", describeNames(cellTypes)],
    ["samples", training.importedFrom === undefined ? formatCount(training.samples) : "not known"],
  ];
  if (record.sequence !== undefined) {
    const { bases, orientation, unknownAs } = record.sequence;
    rows.push([
      "DNA",
      `${formatCountOf(bases, "base")}, ${orientation} direction, N as ${unknownAs}`,
    ]);
  }
  const control = record.sequence?.control;
  return [
    [
      "| what | value |",
      "| ---- | ----- |",
      ...rows.map(([what, value]) => `| ${what} | ${showText(value, MOST_OF_CELL)} |`),
    ].join("\n"),
    describeTraining(model),
    ...control === undefined ? [] : [
      "**It is a control**: it was trained on sequences that say nothing of their genes, and is of no use for predicting.",
    ],
  ];
}

function normalised(normalisation: string | undefined): string {
  return normalisation === undefined || normalisation === "none" ? "" : `, ${normalisation}`;
}

function describeNames(names: readonly string[] | undefined): string {
  if (names === undefined) return "not known";
  const shown = names.slice(0, MOST_NAMES).join(", ");
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

function describeTraining({ training }: TrainedModel): string {
  if (training.importedFrom !== undefined) {
    return "How it was trained is not known: another program did it.";
  }
  const { epochs, batchSize, learningRate, seed, engine } = training;
  return `Trained for ${formatCountOf(epochs, "epoch")} in batches of ${
    formatCount(batchSize)
  } with a learning rate of ${learningRate}, seed ${seed}, on engine ${showText(engine)}.`;
}
