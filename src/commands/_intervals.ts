/** Intervals and notes on unlike cell types, for the commands that predict. */

import { type Command, Option } from "commander";
import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import type { PredictionValues } from "../data/prediction_table.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { predictIntervals } from "../training/intervals.ts";
import { checkConfidence, describeRegime, GREATEST_CONFIDENCE } from "../validation/intervals.ts";
import { type Coverage, measureCoverage, type RegimeCoverage } from "../validation/coverage.ts";
import { noteOfUnlike, unlikeOfSamples } from "../validation/describe_unlike.ts";
import { findUnlike, type UnlikeCellType } from "../validation/unlike.ts";
import { number } from "./flags.ts";

/** The flag of intervals. */
export interface IntervalFlags {
  readonly interval?: number | undefined;
}

/** Of more unlike cell types only the number is printed. */
const MOST_NOTES = 10;

/** Declares the flag `--interval`, with what it adds to a command. */
export function declareInterval(command: Command, adds: string): Command {
  return command.addOption(
    new Option(
      "--interval <confidence>",
      `intervals that hold this share of measured values, such as 0.9: ${adds} (for models of train --calibrate)`,
    ).argParser(number(Number.MIN_VALUE, GREATEST_CONFIDENCE)),
  );
}

/** What intervals are made from. */
export interface IntervalSource {
  readonly models: readonly TrainedModel[];
  readonly data: Dataset;
  /** Samples whose marks were added to the models' panel. */
  readonly unlabelled?: readonly Dataset[] | undefined;
}

/**
 * Throws unless the models can make intervals for some samples. Call it before predicting, which may take long.
 *
 * @throws {RangeError} If the confidence is out of range.
 * @throws {ContractError} If the models were not calibrated for the samples.
 */
export function checkIntervals(source: IntervalSource, confidence: number | undefined): void {
  if (confidence === undefined) return;
  checkConfidence(confidence);
  const predictions = new Float32Array(source.data.length);
  for (const model of source.models) {
    const { unlabelled } = source;
    predictIntervals(model, source.data, { predictions, confidence, unlabelled });
  }
}

/** The columns of a table that intervals add; none without a confidence. */
export function intervalColumns(
  { models: [model], data, unlabelled }: IntervalSource,
  { mean, unlike, confidence }: {
    readonly mean: ArrayLike<number>;
    readonly unlike: readonly UnlikeCellType[];
    readonly confidence: number | undefined;
  },
): Pick<PredictionValues, "low" | "high" | "regimes" | "unlike"> {
  if (confidence === undefined || model === undefined) return {};
  const intervals = predictIntervals(model, data, { predictions: mean, confidence, unlabelled });
  const seen = intervals.regimes.filter((regime) => regime === "seen").length;
  // Beside label statistics, samples of trained cell types are predicted as new genes are, and have their intervals.
  if (seen > 0 && model.panel?.statistics === undefined) {
    console.info(
      `Note: the model was trained on the gene and on the cell type of ${
        formatCountOf(seen, "sample")
      }; their intervals are too wide rather than too narrow.`,
    );
  }
  return { ...intervals, unlike: unlikeOfSamples(unlike, data) };
}

/** Cell types that are unlike those that a model was trained on, and a sentence for each. */
interface UnlikeNotes {
  readonly unlike: readonly UnlikeCellType[];
  readonly notes: readonly string[];
}

/** Finds cell types that are unlike those that a model was trained on, and prints them. */
export function noteUnlike(source: IntervalSource): UnlikeNotes {
  const found = findUnlikeNotes(source);
  printUnlike(found);
  return found;
}

/** Finds cell types that are unlike those that a model was trained on. */
export function findUnlikeNotes({ models: [model], data }: IntervalSource): UnlikeNotes {
  const unlike = model?.typicalSignal === undefined ? [] : findUnlike(model.typicalSignal, data);
  return { unlike, notes: unlike.map(noteOfUnlike) };
}

/** Prints the sentences, of which there may be more than anyone reads. */
export function printUnlike({ notes }: Pick<UnlikeNotes, "notes">): void {
  for (const note of notes.slice(0, MOST_NOTES)) console.info(`Note: ${note}.`);
  if (notes.length > MOST_NOTES) {
    console.info(
      `Note: ${notes.length - MOST_NOTES} more cell types are unlike the training cell types.`,
    );
  }
}

/** Measures how often intervals hold the labels of a data set; `undefined` without a confidence. */
export function measureIntervals(
  { models: [model], data, unlabelled }: IntervalSource,
  { mean, confidence }: {
    readonly mean: ArrayLike<number>;
    readonly confidence: number | undefined;
  },
): readonly RegimeCoverage[] | undefined {
  if (confidence === undefined || model === undefined) return undefined;
  return measureCoverage({
    ...predictIntervals(model, data, { predictions: mean, confidence, unlabelled }),
    labels: data.labels(),
    cellTypes: Array.from(data.rows, (_, position) => data.cellTypeOf(position)),
  });
}

/** Formats how often intervals held the labels: a line for each regime, and one for each cell type in it. */
export function formatCoverage(
  coverage: readonly RegimeCoverage[],
  confidence: number,
): string {
  const rows = coverage.flatMap(({ regime, byCellType, ...all }) => [
    coverageRow(`  ${describeRegime(regime)}`, all),
    ...byCellType.map(({ cellType, ...own }) => coverageRow(`    ${cellType}`, own)),
  ]);
  const table = [["", "held", "mean width", "samples"], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map(([name, ...cells]) =>
    [name!.padEnd(widths[0]!), ...cells.map((cell, i) => cell.padStart(widths[i + 1]!))].join("  ")
  );
  return [`How often intervals of ${percent(confidence)} held the measured value:`, ...lines].join(
    "\n",
  );
}

function coverageRow(name: string, { samples, covered, meanWidth }: Coverage): string[] {
  return [
    name,
    `${(100 * covered).toFixed(1)}%`,
    meanWidth.toPrecision(3),
    samples.toLocaleString("en-US"),
  ];
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(1))}%`;
}
