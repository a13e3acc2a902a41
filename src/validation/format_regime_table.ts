import { formatCountOf } from "../base/count.ts";
import { describeInterval, describeRedrawn, type IntervalBasis } from "./interval_basis.ts";
import type {
  Estimate,
  GeneCorrelations,
  RegimeEvaluation,
  RegimeScores,
} from "./regime_scores.ts";

const TITLES: Readonly<Record<RegimeScores["regime"], string>> = {
  newGene: "New gene in a trained cell type",
  newCellType: "Trained gene in a new cell type",
  bothNew: "New gene in a new cell type",
  bothSeen: "Trained gene in a trained cell type, the pair not trained on",
  mix: "The three in the competition's proportions",
};

const REDRAWN: Readonly<Record<RegimeEvaluation["resampled"], string>> = {
  "cell-types": "cell types",
  "cell-types-and-genes": "cell types and genes",
  "genes": "genes",
};

/** A range is no interval, so it must not look like one. */
const BRACKETS = { interval: ["[", "]"], range: ["(", ")"] } as const;

const HEADER = ["", "MSE", "r", "skill", "r of a gene"];

/** Options of {@linkcode formatRegimeTable}. */
export interface RegimeTableOptions {
  /**
   * The most characters that a line of the table should have. In a wider table, a model's skill and the correlations of
   * its genes are on a second line.
   *
   * @default {Infinity}
   */
  readonly width?: number | undefined;
}

/**
 * Formats an evaluation as a text table: a block for each regime and one for the mix, each with a line for every model
 * and baseline. Intervals are in square brackets, ranges of too few groups in round ones, and the title says what they are
 * over, and for which genes or cell types. `r of a gene` is the median and, in square brackets, the quartiles of the genes' correlations across cell types, with the number of genes that have one. The
 * best baseline is marked by `*`, a figure that does not exist by `–`. A mix without figures is left out.
 *
 * @param evaluation What `evaluateRegimes` returned.
 * @param options How wide the table may be.
 * @returns Lines without line ends, the columns aligned over all blocks.
 *
 * @example The block of the first regime
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { evaluateRegimes, formatRegimeTable, splitRegimes } from "@waka/histone/validation";
 * import { match } from "node:assert";
 *
 * const size = { cellTypes: 6, genes: 30, newCellTypes: 1, newGenes: 1, bins: 4 };
 * const data = new Dataset(simulateColumns(size).train);
 * const { train, test } = splitRegimes(data, { newCellTypes: 2 });
 * const trial = { train, test, predictions: { oracle: test.labels() } };
 * const lines = formatRegimeTable(evaluateRegimes(trial, { baselines: [], bootstrapSamples: 20 }));
 * match(lines[0] ?? "", /^New gene in a trained cell type: \d+ samples/);
 * ```
 */
export function formatRegimeTable(
  evaluation: RegimeEvaluation,
  { width = Infinity }: RegimeTableOptions = {},
): string[] {
  const { regimes, mix } = evaluation;
  const blocks = hasFigures(mix) ? [...regimes, mix] : regimes;
  const tables = blocks.map((block) => [HEADER, ...formatBlock(block)]);
  const aligned = alignTables(tables);
  const fits = aligned.flat().every((line) => line.length <= width);
  const lines = fits ? aligned : alignTables(tables.map((rows) => rows.flatMap(stackRow)));
  return [
    ...blocks.flatMap((block, i) => [titleOf(block, evaluation), ...lines[i] ?? [], ""]),
    describeEnds(evaluation, blocks),
    "* best baseline; skill is 1 − MSE / its MSE.",
    ...missingLine(evaluation),
  ];
}

/** Says what the ends after figures are, and what they leave out. */
function describeEnds(
  { bootstrapSamples, resampled }: RegimeEvaluation,
  blocks: readonly RegimeScores[],
): string {
  const kinds = new Set(blocks.map(({ interval }) => interval.kind));
  const marks = (["interval", "range"] as const).filter((kind) => kinds.has(kind))
    .map((kind) => BRACKETS[kind].join(" "));
  if (marks.length === 0) return "No figure has an interval: there are too few groups.";
  const range = kinds.has("range")
    ? " ( ) is a range of too few groups and no interval: it holds the truth less often than one would."
    : "";
  const ends = marks.join(" and ");
  return `${ends} after MSE, r and skill: of ${bootstrapSamples} bootstrap samples over ` +
    `${REDRAWN[resampled]}.${range}${describeRedrawn(resampled)}`;
}

/** Formats tables as lines; each column has the same width in all of them. */
function alignTables(tables: readonly (readonly string[][])[]): string[][] {
  const widths: number[] = [];
  for (const row of tables.flat()) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return tables.map((rows) =>
    rows.map((row) =>
      row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
    )
  );
}

/** Breaks a row of five cells into two rows of three; the second is left out if it says nothing. */
function stackRow([name = "", mse = "", r = "", skill = "", genes = ""]: string[]): string[][] {
  const saysNothing = skill === "" && ["", "–"].includes(genes);
  const second = saysNothing ? [] : [["", skill, genes]];
  return [[name, mse, r], ...second];
}

/** Whether there is anything to show; the mix has no figures if one of its regimes is missing. */
function hasFigures({ models, baselines }: RegimeScores): boolean {
  return [...models, ...baselines].some(({ mse }) => mse.value !== null);
}

function titleOf(
  scores: RegimeScores,
  { confidence }: RegimeEvaluation,
): string {
  const { regime, rows, cellTypes, genes, interval } = scores;
  return `${TITLES[regime]}: ${formatCountOf(rows, "sample")}, ` +
    `${formatCountOf(cellTypes, "cell type")} × ${formatCountOf(genes, "gene")}` +
    (hasFigures(scores) ? `; ${nameEnds(interval)}${describeInterval(interval, confidence)}` : "") +
    (hasFigures(scores) ? nameGiven(interval) : "");
}

/** The brackets in which the ends of a regime stand. */
function nameEnds({ kind }: IntervalBasis): string {
  return kind === "none" ? "" : `${BRACKETS[kind].join(" ")} `;
}

/** What was not redrawn, so that the ends hold for it alone. */
function nameGiven({ kind, cellTypes, genes }: IntervalBasis): string {
  if (kind === "none") return "";
  return genes === null ? ", for these genes" : cellTypes === null ? ", for these cell types" : "";
}

function missingLine({ missingRegimes }: RegimeEvaluation): string[] {
  if (missingRegimes.length === 0) return [];
  const missing = missingRegimes.map((regime) => TITLES[regime].toLowerCase()).join("; ");
  return [`No forecast: the test set has no samples of this kind: ${missing}.`];
}

function formatBlock({ models, baselines, bestBaseline, interval }: RegimeScores): string[][] {
  const formatEstimate = (estimate: Estimate) => formatEnds(estimate, interval);
  return [
    ...models.map((model) => [
      model.name,
      formatEstimate(model.mse),
      formatEstimate(model.pearson),
      formatEstimate(model.skill),
      formatGenes(model.byGene),
    ]),
    ...baselines.map((baseline) => [
      baseline.name + (baseline.name === bestBaseline ? " *" : ""),
      formatEstimate(baseline.mse),
      formatEstimate(baseline.pearson),
      "",
      formatGenes(baseline.byGene),
    ]),
  ];
}

function formatEnds({ value, low, high }: Estimate, { kind }: IntervalBasis): string {
  if (value === null) return "–";
  if (low === null || high === null || kind === "none") return value.toFixed(3);
  const [before, after] = BRACKETS[kind];
  return `${value.toFixed(3)} ${before}${low.toFixed(3)}, ${high.toFixed(3)}${after}`;
}

function formatGenes(correlations: GeneCorrelations | null): string {
  if (correlations === null) return "";
  const { genes, lowerQuartile, median, upperQuartile } = correlations;
  if (median === null || lowerQuartile === null || upperQuartile === null) return "–";
  return `${median.toFixed(2)} [${lowerQuartile.toFixed(2)}, ${upperQuartile.toFixed(2)}] ` +
    `of ${genes.toLocaleString("en-US")}`;
}
