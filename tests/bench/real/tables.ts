/** The result of the benchmark, as Markdown. */

import { type Regime, REGIMES } from "../../../src/validation/mod.ts";
import { formatMarkdown } from "../report.ts";
import type { Reading } from "./contestant.ts";
import type { Scope } from "./gene_errors.ts";
import { type EntryScores, type RealEstimate, SCOPES, type SuiteScores } from "./scores.ts";

/** The scores of a suite, with what they are of. */
export interface SuiteResult extends SuiteScores {
  readonly id: string;
  readonly title: string;
  readonly folds: readonly string[];
  readonly trainingRows: readonly number[];
  readonly testRows: readonly number[];
}

/** Regimes in words. */
export const REGIME_WORDS: Readonly<Record<Scope, string>> = {
  newGene: "new gene",
  newCellType: "new cell type",
  bothNew: "both new",
  mix: "mix",
};

const READING_WORDS: Readonly<Record<Reading, string>> = {
  with: "with",
  without: "without",
  none: "–",
};

/** What the columns mean; it stands above the tables. */
export const LEGEND =
  "Mean squared error of single models, the mean over folds and seeds, ± standard error over genes (bootstrap; 95% interval " +
  'of the mix beside it). "Panel" says whether the marks of new genes in the cell types that were trained on were in the model\'s ' +
  'reference panel; "–" reads none. The mix has the competition\'s proportions: new gene 40.9%, new cell type 54.2%, both 4.9%. ' +
  '"Above the best" is the mix less that of the best baseline in each regime, on the same genes. r is Pearson\'s correlation in the mix.';

/** Formats a suite that has all regimes, or new genes alone. */
export function formatSuite(suite: SuiteResult): string {
  const { folds, trainingRows, testRows } = suite;
  const hasMix = suite.entries.some(({ mse }) => mse.mix !== undefined);
  const shown = { ...suite, entries: suite.entries.filter(({ dropped }) => dropped === undefined) };
  const table = hasMix ? formatMix(shown) : formatNewGenes(shown);
  const more = [
    ...(hasMix ? formatWorse(shown) : []),
    ...(hasMix && folds.length > 1 ? formatFolds(shown) : []),
    ...formatPrices(suite),
  ];
  const range = (counts: readonly number[]) =>
    [...new Set([Math.min(...counts), Math.max(...counts)])].map((n) => n.toLocaleString("en-US"))
      .join(" to ");
  const about =
    `**${suite.title}.** Held out in turn: ${folds.join(", ")}; ${
      range(trainingRows)
    } samples to train on, ` +
    `${range(testRows)} to judge by.`;
  return [about, table, ...more].join("\n\n");
}

function formatMix({ entries }: SuiteResult): string {
  const seeds = seedColumns(entries, "mix");
  return formatMarkdown(
    [
      "model",
      "panel",
      "seeds",
      ...SCOPES.map((scope) => REGIME_WORDS[scope]),
      "95% interval",
      ...seeds.names,
      "above the best",
      "r",
    ],
    entries.map((entry) => [
      ...namesOf(entry),
      ...SCOPES.map((scope) => withError(entry.mse[scope])),
      interval(entry.mse.mix),
      ...seeds.cellsOf(entry),
      entry.kind === "best of each" ? "" : signed(entry.aboveBest.mix),
      number(entry.pearson.mix),
    ]),
  );
}

function formatNewGenes({ entries }: SuiteResult): string {
  const seeds = seedColumns(entries, "newGene");
  return formatMarkdown(
    ["model", "panel", "seeds", "new gene", "95% interval", ...seeds.names, "r"],
    entries.map((entry) => [
      ...namesOf(entry),
      withError(entry.mse.newGene),
      interval(entry.mse.newGene),
      ...seeds.cellsOf(entry),
      number(entry.pearson.newGene),
    ]),
  );
}

function namesOf({ name, kind, reading, seeds }: EntryScores): string[] {
  return [kind === "peer" ? `${name} (peer)` : name, READING_WORDS[reading], String(seeds)];
}

/** The columns that only several seeds give. */
function seedColumns(entries: readonly EntryScores[], scope: Scope) {
  const isOne = entries.every(({ seeds }) => seeds === 1);
  return {
    names: isOne ? [] : ["sd over seeds", "mean of the seeds"],
    cellsOf: ({ seedDeviation, ensembleMse }: EntryScores) =>
      isOne ? [] : [number(seedDeviation?.[scope]), number(ensembleMse?.[scope])],
  };
}

/** Where models do worse than a baseline: by more than one standard error of the difference. */
function formatWorse({ entries, best }: SuiteResult): string[] {
  const lines = entries.filter(({ kind }) => kind === "preset" || kind === "peer").flatMap(
    (entry) => {
      const worse = REGIMES.filter((regime) => isWorse(entry, regime));
      if (worse.length === 0) return [];
      const where = worse.map((regime) =>
        `${REGIME_WORDS[regime]} (${signed(entry.aboveBest[regime])} above ${best[regime]})`
      );
      const reading = entry.reading === "none" ? "" : ` ${entry.reading} the panel`;
      return [`- ${entry.name}${reading}: ${where.join(", ")}`];
    },
  );
  if (lines.length === 0) {
    return [
      "No model is worse than the best baseline of a regime by more than one standard error.",
    ];
  }
  return [
    "Worse than the best baseline of a regime by more than one standard error of the difference:",
    lines.join("\n"),
  ];
}

/** The mix by what was held out: cell types differ by more than genes do. */
function formatFolds({ entries, folds }: SuiteResult): string[] {
  return [
    "The mix by the cell type that was held out, of which standard errors over genes say nothing:",
    formatMarkdown(
      ["model", "panel", ...folds],
      entries.map(({ name, reading, byFold }) => [
        name,
        READING_WORDS[reading],
        ...byFold.map(({ mix }) => number(mix)),
      ]),
    ),
  ];
}

/** What a missing mark costs: by how much the error grows if it is missing everywhere. */
function formatPrices({ entries }: SuiteResult): string[] {
  const priced = entries.filter(({ price }) => price !== undefined);
  if (priced.length === 0) return [];
  const scopes = SCOPES.filter((scope) => priced.some(({ price }) => price?.[scope] !== undefined));
  const byMix = priced.toSorted((a, b) => priceOf(b) - priceOf(a));
  return [
    "The price of a missing mark: by how much the error of the same model grows, with the panel, if the mark is missing in the sample " +
    "and in its references:",
    formatMarkdown(
      ["model", "missing mark", ...scopes.map((scope) => REGIME_WORDS[scope])],
      byMix.map(({ name, dropped, price }) => [
        name,
        dropped!,
        ...scopes.map((scope) => signed(price?.[scope])),
      ]),
    ),
  ];
}

function priceOf({ price }: EntryScores): number {
  return (price?.mix ?? price?.newGene)?.value ?? 0;
}

function isWorse({ aboveBest }: EntryScores, regime: Regime): boolean {
  const above = aboveBest[regime];
  return above !== undefined && above.value > above.standardError;
}

function withError(estimate: RealEstimate | undefined): string {
  return estimate === undefined
    ? ""
    : `${estimate.value.toFixed(3)} ± ${estimate.standardError.toFixed(3)}`;
}

function interval(estimate: RealEstimate | undefined): string {
  return estimate === undefined ? "" : `${estimate.low.toFixed(3)}–${estimate.high.toFixed(3)}`;
}

function signed(estimate: RealEstimate | undefined): string {
  if (estimate === undefined) return "";
  const { value, standardError } = estimate;
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)} ± ${standardError.toFixed(3)}`;
}

function number(value: number | undefined): string {
  return value === undefined ? "" : value.toFixed(3);
}
