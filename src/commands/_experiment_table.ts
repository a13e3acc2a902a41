/** Formats the table of experiments as text. */

import { formatDuration } from "../base/duration.ts";
import { findPublished } from "../report/published.ts";
import type { ExperimentSummary } from "../training/experiments.ts";
import { formatRate } from "./_progress.ts";
import { outputWidth } from "./_wrap.ts";

type Column = readonly [title: string, cell: (row: ExperimentSummary) => string];

/**
 * Formats experiments as aligned lines, one each, and as more than one table if the columns do not fit the terminal.
 *
 * @param rows The experiments.
 * @param options Whether to show the report's own figures too, which are comparable only on the competition's data.
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
  const [names = [], ...figures] = columns.map(([title, cell]) =>
    alignColumn([title, ...rows.map(cell)])
  );
  // Names are aligned left, numbers right.
  const left = names.map((name) => name.trimStart().padEnd(name.length));
  const tables = tablesOf(left, figures, { width: outputWidth() }).flatMap((table, i) =>
    i === 0 ? table : ["", ...table]
  );
  return [...tables, ...readingsOf(rows)];
}

/** What the panels of models knew of the test data's genes. */
function readingsOf(rows: readonly ExperimentSummary[]): string[] {
  const readings = rows.flatMap(({ name, reading }) =>
    reading === undefined ? [] : [`${name}: ${reading}.`]
  );
  return readings.length === 0 ? [] : ["", ...readings];
}

/** Pads the cells of a column to the width of its widest. */
function alignColumn(cells: readonly string[]): string[] {
  const width = Math.max(...cells.map((cell) => cell.length));
  return cells.map((cell) => cell.padStart(width));
}

/** Joins columns into lines; columns too wide for one table become several, each with the names. */
function tablesOf(
  names: readonly string[],
  columns: readonly (readonly string[])[],
  { width }: { readonly width: number },
): string[][] {
  const tables: string[][] = [];
  let table = [...names];
  for (const column of columns) {
    const wider = table.map((line, row) => `${line}  ${column[row] ?? ""}`);
    if ((wider[0]?.length ?? 0) > width && (table[0]?.length ?? 0) > (names[0]?.length ?? 0)) {
      tables.push(table);
      table = names.map((name, row) => `${name}  ${column[row] ?? ""}`);
    } else {
      table = wider;
    }
  }
  return [...tables, table];
}

const figure = (value: number | null | undefined) => value?.toFixed(4) ?? "–";

const MODEL_COLUMNS: readonly Column[] = [
  ["", ({ name }) => name],
  ["parameters", ({ parameters }) => parameters.toLocaleString("en-US")],
  ["train MSE", ({ trainMse }) => figure(trainMse)],
  ["test MSE", ({ testMse }) => figure(testMse)],
  ["train r", ({ pearson }) => figure(pearson)],
  ["test r", ({ testPearson }) => figure(testPearson)],
];
const PUBLISHED_COLUMNS: readonly Column[] = [
  ["report train", ({ name }) => figure(findPublished(name)?.trainMse)],
  ["report test", ({ name }) => figure(findPublished(name)?.testMse)],
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
