import { LEGEND, NEXT_LEGEND } from "./_axes.ts";
import { checkNotEmpty } from "./_check.ts";
import { formatNumber } from "./_format.ts";
import { BLUE, CONFIG, LABEL_UNIT, PLOT_WIDTH, VERMILION } from "./_theme.ts";
import type { Figure } from "./figure.ts";
import type { ReportFigureName } from "./figure_names.ts";
import type { ExperimentRow } from "./input.ts";
import { PUBLISHED_EXPERIMENTS } from "./published.ts";

/** Options of {@linkcode plotExperiments}. */
export interface ExperimentsFigureOptions {
  /**
   * Whether the published values are drawn as well.
   *
   * @default {false}
   */
  readonly published?: boolean | undefined;
}

interface ErrorRow {
  readonly name: string;
  readonly mse: number;
  readonly part: typeof TRAINING | typeof TEST;
  readonly source: typeof OURS | typeof PUBLISHED;
  /** Curves join the numbered experiments only, since each of these builds on the previous one. */
  readonly joined: boolean;
}

const TRAINING = "Training";
const TEST = "Test";
const OURS = "This run";
const PUBLISHED = "Published";
/** The longest label that fits a column horizontally if there are a dozen models, in letters. */
const LONGEST_LEVEL_LABEL = 7;

/**
 * Plots the report's Figure 2: the final mean squared errors of the experiments, with one line for the training data
 * and one for the test data.
 *
 * @param experiments The experiments in the order of the axis. Those without a mean squared error, such as classifiers,
 * are left out.
 * @param options Whether to draw the published values as well.
 * @returns The figure.
 * @throws {RangeError} If no experiment has a mean squared error.
 *
 * @example One experiment
 * ```ts
 * import { plotExperiments } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * const row = { name: "experiment1", parameters: 969, pearson: 0.3, seconds: 12 };
 * const { alt } = plotExperiments([{ ...row, trainMse: 3.42, testMse: 3.67 }]);
 * match(alt, /Least test error: 3.670, by experiment1/);
 * ```
 */
export function plotExperiments(
  experiments: readonly ExperimentRow[],
  options: ExperimentsFigureOptions = {},
): Figure {
  const ours = experiments.flatMap(({ name, trainMse, testMse }) =>
    errorRows(name, OURS, trainMse, testMse)
  );
  const names = new Set(ours.map(({ name }) => name));
  const published = PUBLISHED_EXPERIMENTS
    .filter(({ name }) => options.published && names.has(name))
    .flatMap(({ name, trainMse, testMse }) => errorRows(name, PUBLISHED, trainMse, testMse));
  checkNotEmpty("experiments", ours);
  const rows = [...ours, ...published];
  const labels = [...names].map((name) => name.replace("experiment", ""));
  return {
    name: "figure-2-experiments" satisfies ReportFigureName,
    title: "Final error of the experiments",
    caption: "Mean squared error after the last epoch." +
      (published.length > 0
        ? " Dashed, with open points: the published values, where the test error is the " +
          "competition’s score; the training errors of experiments 6 and 7 were read off a figure. " +
          "They are of the competition’s data: on others, only which model does better can be compared."
        : ""),
    alt: `Line chart of final errors. ${describeBest(ours)}`,
    spec: {
      config: CONFIG,
      width: PLOT_WIDTH,
      height: 300,
      encoding: {
        x: {
          field: "name",
          type: "nominal",
          sort: null,
          title: "Experiment",
          scale: { domain: [...names] },
          axis: {
            grid: false,
            labelAngle: labels.some((label) => label.length > LONGEST_LEVEL_LABEL) ? -35 : 0,
            labelExpr: "replace(datum.label, 'experiment', '')",
          },
        },
        y: {
          field: "mse",
          type: "quantitative",
          title: `Mean squared error (${LABEL_UNIT}²)`,
          scale: { zero: false },
          axis: { tickCount: 6 },
        },
        color: {
          field: "part",
          type: "nominal",
          scale: { domain: [TRAINING, TEST], range: [BLUE, VERMILION] },
          legend: { ...LEGEND, symbolType: "stroke", symbolSize: 300 },
        },
      },
      layer: [
        {
          data: { values: rows.filter(({ joined }) => joined) },
          mark: { type: "line", strokeWidth: 2 },
          encoding: {
            strokeDash: {
              field: "source",
              type: "nominal",
              scale: { domain: [OURS, PUBLISHED], range: [[1, 0], [4, 3]] },
              legend: published.length === 0 ? null : { ...NEXT_LEGEND, symbolSize: 300 },
            },
          },
        },
        { data: { values: ours }, mark: { type: "point", filled: true, size: 60, opacity: 1 } },
        {
          data: { values: published },
          mark: { type: "point", size: 60, strokeWidth: 1.5, opacity: 1 },
        },
      ],
    },
  };
}

function errorRows(
  name: string,
  source: ErrorRow["source"],
  trainMse: number | null,
  testMse: number | null,
): ErrorRow[] {
  const joined = /^experiment\d+$/.test(name);
  const parts = [[TRAINING, trainMse], [TEST, testMse]] as const;
  return parts.flatMap(([part, mse]) => mse === null ? [] : [{ name, mse, part, source, joined }]);
}

/** Describes the least error of each kind, and the model that has it. */
function describeBest(rows: readonly ErrorRow[]): string {
  const sentences = [TRAINING, TEST].flatMap((part) => {
    const own = rows.filter((row) => row.part === part);
    if (own.length === 0) return [];
    const best = own.reduce((least, row) => row.mse < least.mse ? row : least);
    return [`Least ${part.toLowerCase()} error: ${formatNumber(best.mse)}, by ${best.name}.`];
  });
  return sentences.join(" ");
}
