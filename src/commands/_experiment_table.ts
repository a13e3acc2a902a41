/** The experiments' table as text. */

import { PUBLISHED_EXPERIMENTS } from "../report/published.ts";
import type { ExperimentSummary } from "../training/experiments.ts";
import { formatDuration, formatRate } from "./_progress.ts";

type Column = readonly [title: string, cell: (row: ExperimentSummary) => string];

/**
 * Aligned lines, one an experiment.
 *
 * @param rows The experiments.
 * @param options Whether to set the report's own figures beside them, which only the competition's data allow.
 */
export function formatExperiments(
  rows: readonly ExperimentSummary[],
  { published }: { readonly published: boolean },
): string[] {
  const columns = [
    ...MODEL_COLUMNS,
    ...(published ? PUBLISHED_COLUMNS : []),
    ...(rows.some(({ testAuroc }) => testAuroc !== null) ? AUROC_COLUMNS : []),
    ...COST_COLUMNS,
  ];
  const lines = [
    columns.map(([title]) => title),
    ...rows.map((row) => columns.map(([, cell]) => cell(row))),
  ];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) =>
    line.map((cell, column) =>
      // Names stand on the left, numbers on the right.
      column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])
    ).join("  ")
  );
}

const figure = (value: number | null | undefined) => value?.toFixed(4) ?? "–";
const publishedOf = (name: string) => PUBLISHED_EXPERIMENTS.find((row) => row.name === name);

const MODEL_COLUMNS: readonly Column[] = [
  ["", ({ name }) => name],
  ["parameters", ({ parameters }) => parameters.toLocaleString("en-US")],
  ["train MSE", ({ trainMse }) => figure(trainMse)],
  ["test MSE", ({ testMse }) => figure(testMse)],
  ["train r", ({ pearson }) => figure(pearson)],
  ["test r", ({ testPearson }) => figure(testPearson)],
];
const PUBLISHED_COLUMNS: readonly Column[] = [
  ["report train", ({ name }) => figure(publishedOf(name)?.trainMse)],
  ["report test", ({ name }) => figure(publishedOf(name)?.testMse)],
];
const AUROC_COLUMNS: readonly Column[] = [
  ["train AUROC", ({ trainAuroc }) => figure(trainAuroc)],
  ["test AUROC", ({ testAuroc }) => figure(testAuroc)],
];
const COST_COLUMNS: readonly Column[] = [
  ["time", ({ seconds }) => formatDuration(seconds)],
  ["samples/s", ({ samplesPerSecond }) => formatRate(samplesPerSecond)],
  ["epochs", ({ epochs }) => String(epochs)],
  ["engine", ({ engine }) => engine],
];
