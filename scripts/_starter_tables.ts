/** Tables of what the starter model is worth, in Markdown, for docs/starter.md. */

import { REGIMES } from "../src/validation/regimes.ts";
import { pearson } from "../src/metrics/pearson.ts";
import { errorOf, type Judged, measureIntervals } from "./_starter_measure.ts";

/** The competition's shares of the regimes, in the order of `REGIMES`. */
const MIX = [0.409, 0.542, 0.049];
const CONFIDENCES = [0.5, 0.8, 0.9, 0.95];
const TITLES = ["new gene", "new cell type", "both new"];

/** All tables. */
export function formatTables(judged: readonly Judged[]): string {
  return [
    formatErrors(judged),
    formatCellTypes(judged),
    formatPrices(judged),
    formatCoverage(judged),
  ].join("\n\n");
}

function formatErrors(judged: readonly Judged[]): string {
  const rowOf = (name: string, predictionsOf: (one: Judged) => ArrayLike<number>) => {
    const errors = REGIMES.map((regime) => errorOf(judged, regime, predictionsOf));
    return [name, ...[...errors, mixOf(errors)].map((error) => error.toFixed(3))];
  };
  return formatTable(["mean squared error", ...TITLES, "mix"], [
    rowOf("starter", ({ predictions }) => predictions),
    rowOf("with rounded weights and statistics", ({ rounded }) => rounded),
    rowOf("gene's mean, or the mean of all genes", ({ geneMeans }) => geneMeans),
    ["correlation of the starter", ...REGIMES.map((regime) => correlate(judged, regime)), ""],
  ]);
}

function correlate(judged: readonly Judged[], regime: string): string {
  const values = judged.map(({ kinds, labels, predictions }) => {
    const rows = [...kinds.keys()].filter((row) => kinds[row] === regime);
    return pearson(rows.map((row) => predictions[row]!), rows.map((row) => labels[row]!));
  });
  return mean(values).toFixed(3);
}

function formatCellTypes(judged: readonly Judged[]): string {
  const folds = Map.groupBy(judged, ({ fold }) => fold);
  return formatTable(
    ["held out", "new cell type", "gene's mean", "both new"],
    Array.from(folds, ([fold, own]) => [
      fold,
      errorOf(own, "newCellType").toFixed(3),
      errorOf(own, "newCellType", ({ geneMeans }) => geneMeans).toFixed(3),
      errorOf(own, "bothNew").toFixed(3),
    ]),
  );
}

function formatPrices(judged: readonly Judged[]): string {
  const first = judged.filter(({ without }) => without.size > 0);
  const dropped = [...first[0]?.without.keys() ?? []];
  const isWhole = ({ without }: Judged, row: number) =>
    [...without.values()].every((values) => !Number.isNaN(values[row]!));
  const usual = REGIMES.map((regime) => errorOf(first, regime, undefined, isWhole));
  return formatTable(
    ["without", ...TITLES, "mix"],
    dropped.map((marks) => {
      const prices = REGIMES.map((regime, i) =>
        errorOf(first, regime, ({ without }) => without.get(marks), isWhole) - usual[i]!
      );
      return [marks, ...[...prices, mixOf(prices)].map(formatSigned)];
    }),
  );
}

function formatCoverage(judged: readonly Judged[]): string {
  const rows = CONFIDENCES.flatMap((confidence) =>
    measureIntervals(judged, confidence).map(({ regime, covered, meanWidth, byCellType }) => [
      `${100 * confidence}%`,
      TITLES[REGIMES.findIndex((name) => name === regime)]!,
      `${(100 * covered).toFixed(1)}%`,
      byCellType.map((own) => `${own.cellType} ${(100 * own.covered).toFixed(1)}`).join(", "),
      meanWidth.toFixed(2),
    ])
  );
  return formatTable(["interval", "regime", "held", "by cell type", "mean width"], rows);
}

function formatSigned(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

function mixOf(errors: readonly number[]): number {
  return errors.reduce((sum, error, i) => sum + MIX[i]! * error, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
