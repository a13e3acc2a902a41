/** Words for cell types that are unlike the training cell types. */

import type { Dataset } from "../data/dataset.ts";
import type { SignalStatistic } from "../model/typical_signal.ts";
import type { UnlikeCellType, UnlikeStatistic } from "./unlike.ts";

/**
 * Describes in what a cell type is unlike the training cell types, such as
 * `H3K27me3 share at the middle 32% (typically 22%, 3.9 sd off)`.
 *
 * @param statistics In what it is unlike them.
 * @param most How many are described; the others are counted.
 */
export function describeUnlike(statistics: readonly UnlikeStatistic[], most = 3): string {
  const shown = statistics.slice(0, most).map(describeStatistic).join("; ");
  return statistics.length > most ? `${shown}; and ${statistics.length - most} more` : shown;
}

/** A sentence, without its full stop, about a cell type that is unlike the training cell types. */
export function noteOfUnlike({ cellType, statistics }: UnlikeCellType): string {
  return `${cellType} is unlike the training cell types: ${describeUnlike(statistics)}`;
}

/** In what the cell type of each sample is unlike the training cell types, `[position]`; empty where it is not. */
export function unlikeOfSamples(unlike: readonly UnlikeCellType[], data: Dataset): string[] {
  const words = new Map(
    unlike.map(({ cellType, statistics }) => [cellType, describeUnlike(statistics)]),
  );
  return Array.from(data.rows, (_, position) => words.get(data.cellTypeOf(position)) ?? "");
}

const WORDS: Readonly<Record<SignalStatistic, string>> = {
  depth: "mean count",
  zeros: "share of empty bins",
  contrast: "share in the top tenth of genes",
  centre: "share at the middle",
  odd: "share of odd counts",
  correlation: "correlation",
};

function describeStatistic(
  { statistic, marks, found, typical, deviations }: UnlikeStatistic,
): string {
  const name = marks.join("–");
  if (found === null) return `${name} has no signal`;
  if (typical === null) return `${name} has signal, which it had in no training cell type`;
  const show = (value: number) =>
    statistic === "depth"
      ? `${Number(value.toPrecision(2))}`
      : statistic === "correlation"
      ? value.toFixed(2)
      : `${Math.round(100 * value)}%`;
  const off = deviations === null ? "" : `, ${Math.abs(deviations).toFixed(1)} sd off`;
  return `${name} ${WORDS[statistic]} ${show(found)} (typically ${show(typical)}${off})`;
}
