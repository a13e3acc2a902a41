/** What the predictions are worth: errors by regime and in the mix, with what they would be of other genes. */

import { quantile } from "../../../src/metrics/quantile.ts";
import { type Regime, REGIMES } from "../../../src/validation/mod.ts";
import { mixTotals, PairSums, pearsonOf } from "../../../src/validation/_pair_sums.ts";
import type { Reading } from "./contestant.ts";
import {
  countScopes,
  drawGenes,
  type Layout,
  layOut,
  MIX_WEIGHTS,
  mseOf,
  type Scope,
  type ScopeErrors,
  type SeedPredictions,
  sumErrors,
} from "./gene_errors.ts";
import type { Suite } from "./suite.ts";

const CONFIDENCE = 0.95;

/** Every {@linkcode Scope}. */
export const SCOPES: readonly Scope[] = [...REGIMES, "mix"];

/** The predictions of one contestant in one reading: of each seed for each fold. */
export interface Entry {
  readonly name: string;
  readonly reading: Reading;
  /** The mark that was treated as missing. */
  readonly dropped?: string | undefined;
  readonly kind: "baseline" | "preset" | "peer" | "best of each";
  readonly values: SeedPredictions;
}

/** An error or a difference of errors. */
export interface RealEstimate {
  readonly value: number;
  /** Standard error over genes. */
  readonly standardError: number;
  /** Ends of the 95% interval over genes. */
  readonly low: number;
  readonly high: number;
}

/** The figures of an entry. What it has no samples of is left out. */
export interface EntryScores {
  readonly name: string;
  readonly reading: Reading;
  readonly dropped?: string | undefined;
  readonly kind: Entry["kind"];
  readonly seeds: number;
  /** Mean squared error, the mean over folds and seeds of single models. */
  readonly mse: Readonly<Partial<Record<Scope, RealEstimate>>>;
  /** The same of the predictions' mean over the seeds; absent for a single seed. */
  readonly ensembleMse?: Readonly<Partial<Record<Scope, number>>>;
  /** Standard deviation of the error over the seeds; absent for a single seed. */
  readonly seedDeviation?: Readonly<Partial<Record<Scope, number>>>;
  /** Mean squared error in each fold, `[fold]`. */
  readonly byFold: readonly Readonly<Partial<Record<Scope, number>>>[];
  /** Pearson's correlation over all samples, folds and seeds. */
  readonly pearson: Readonly<Partial<Record<Scope, number>>>;
  /** Error less that of the best baseline of the scope, on the same genes. */
  readonly aboveBest: Readonly<Partial<Record<Scope, RealEstimate>>>;
  /** Of an entry with a missing mark: error less that with all marks, on the same genes. */
  readonly price?: Readonly<Partial<Record<Scope, RealEstimate>>>;
}

/** The scores of all entries of a suite. */
export interface SuiteScores {
  readonly entries: readonly EntryScores[];
  /** Numbers of samples and of genes that were judged, over all folds. */
  readonly rows: Readonly<Record<Scope, number>>;
  readonly genes: Readonly<Record<Scope, number>>;
  /** Name of the best baseline in each regime. */
  readonly best: Readonly<Partial<Record<Regime, string>>>;
}

/** Scores the entries of a suite; all on the same bootstrap samples of its genes (Efron 1979). */
export function scoreSuite(suite: Suite, entries: readonly Entry[]): SuiteScores {
  const layout = layOut(suite);
  const errors = new Map(entries.map((entry) => [entry, sumErrors(entry.values, layout)]));
  const everyGene = new Uint8Array(layout.geneCount).fill(1);
  const best = findBest(entries, (entry, regime) => mseOf(errors.get(entry)!, everyGene)[regime]);
  const all = [...entries, ...combineBest(suite, best)];
  for (const entry of all) {
    if (!errors.has(entry)) errors.set(entry, sumErrors(entry.values, layout));
  }
  const draws = [...drawGenes(layout)];
  const redrawn = new Map(
    all.map((entry) => [entry, draws.map((times) => mseOf(errors.get(entry)!, times))]),
  );
  const value = new Map(all.map((entry) => [entry, mseOf(errors.get(entry)!, everyGene)]));
  const reference = all.find(({ kind }) => kind === "best of each") ?? best.values().next().value;
  const estimates = (entry: Entry, against?: Entry) =>
    forScopes((scope) => {
      const less = (mine: ScopeErrors, other: ScopeErrors | undefined) =>
        mine[scope]! - (other?.[scope] ?? 0);
      const figure = less(value.get(entry)!, against && value.get(against));
      if (Number.isNaN(figure)) return undefined;
      const others = against && redrawn.get(against);
      return estimate(figure, redrawn.get(entry)!.map((mine, draw) => less(mine, others?.[draw])));
    });
  return {
    ...countScopes(layout),
    best: Object.fromEntries(REGIMES.map((regime) => [regime, best.get(regime)?.name])),
    entries: all.map((entry): EntryScores => ({
      name: entry.name,
      reading: entry.reading,
      ...(entry.dropped !== undefined && { dropped: entry.dropped }),
      kind: entry.kind,
      seeds: entry.values.length,
      mse: estimates(entry),
      ...describeSeeds(entry, layout),
      byFold: suite.folds.map((_, fold) => errorsOfFold(entry, { fold, layout })),
      pearson: correlate(entry, layout),
      aboveBest: reference === undefined ? {} : estimates(entry, reference),
      ...(entry.dropped !== undefined && { price: estimates(entry, wholeOf(entry, all)) }),
    })),
  };
}

function estimate(value: number, draws: readonly number[]): RealEstimate {
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
  const squares = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0);
  const sorted = Float64Array.from(draws).sort();
  const tail = (1 - CONFIDENCE) / 2;
  return {
    value,
    standardError: Math.sqrt(squares / (draws.length - 1)),
    low: quantile(sorted, tail),
    high: quantile(sorted, 1 - tail),
  };
}

/** The entry of the same model with all marks. */
function wholeOf({ name, reading }: Entry, entries: readonly Entry[]): Entry | undefined {
  return entries.find((other) =>
    other.name === name && other.reading === reading && other.dropped === undefined
  );
}

/** The best baseline of each regime that has samples. */
function findBest(
  entries: readonly Entry[],
  errorOf: (entry: Entry, regime: Regime) => number,
): Map<Regime, Entry> {
  const baselines = entries.filter(({ kind }) => kind === "baseline");
  const best = new Map<Regime, Entry>();
  for (const regime of REGIMES) {
    const [first] = baselines.filter((entry) => !Number.isNaN(errorOf(entry, regime)))
      .toSorted((a, b) => errorOf(a, regime) - errorOf(b, regime));
    if (first !== undefined) best.set(regime, first);
  }
  return best;
}

/** The best baseline of each regime, joined into one entry, unless one is the best everywhere. */
function combineBest({ folds }: Suite, best: ReadonlyMap<Regime, Entry>): Entry[] {
  if (new Set(best.values()).size < 2) return [];
  const values = folds.map(({ kinds }, fold) =>
    Float32Array.from(kinds, (kind, row) => best.get(kind as Regime)?.values[0]?.[fold]?.[row] ?? 0)
  );
  return [{ name: "best of each regime", reading: "none", kind: "best of each", values: [values] }];
}

function describeSeeds(
  { values }: Entry,
  layout: Layout,
): Pick<EntryScores, "ensembleMse" | "seedDeviation"> {
  if (values.length < 2) return {};
  const everyGene = new Uint8Array(layout.geneCount).fill(1);
  const errorsOf = (seeds: SeedPredictions) => mseOf(sumErrors(seeds, layout), everyGene);
  const bySeed = values.map((ofSeed) => errorsOf([ofSeed]));
  const mean = values[0]!.map((first, fold) =>
    Float32Array.from(
      first,
      (_, row) => values.reduce((sum, ofSeed) => sum + ofSeed[fold]![row]!, 0) / values.length,
    )
  );
  const ensemble = errorsOf([mean]);
  return {
    ensembleMse: forScopes((scope) => defined(ensemble[scope])),
    seedDeviation: forScopes((scope) => defined(deviation(bySeed.map((errors) => errors[scope])))),
  };
}

function errorsOfFold(
  { values }: Entry,
  { fold, layout }: { readonly fold: number; readonly layout: Layout },
): Partial<Record<Scope, number>> {
  const nothing = new Float32Array();
  const own = values.map((ofSeed) =>
    ofSeed.map((predicted, i) => i === fold ? predicted : nothing)
  );
  const everyGene = new Uint8Array(layout.geneCount).fill(1);
  const errors = mseOf(sumErrors(own, layout), everyGene);
  return forScopes((scope) => defined(errors[scope]));
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1));
}

function correlate({ values }: Entry, layout: Layout): Partial<Record<Scope, number>> {
  const flatten = (ofSeed: (seed: number) => readonly ArrayLike<number>[]) =>
    Float64Array.from(
      values.flatMap((_, seed) => ofSeed(seed).flatMap((part) => Array.from(part))),
    );
  const regimes = flatten(() => layout.regimes);
  const sums = new PairSums({
    truth: flatten(() => layout.labels),
    predicted: flatten((seed) => values[seed]!),
    groupOfRow: Uint32Array.from(regimes, (regime) => regime < 0 ? REGIMES.length : regime),
    groupCount: REGIMES.length + 1,
  });
  const kinds = Uint8Array.from({ length: REGIMES.length + 1 }, (_, kind) => kind);
  const weights = new Float64Array(kinds.length).fill(1);
  const totals = sums.totals(kinds, { weights, kindCount: kinds.length }).slice(0, REGIMES.length);
  return forScopes((scope) => {
    const total = scope === "mix"
      ? mixTotals(totals, MIX_WEIGHTS)
      : totals[REGIMES.indexOf(scope)]!;
    return defined(pearsonOf(total));
  });
}

function forScopes<Value>(
  make: (scope: Scope) => Value | undefined,
): Partial<Record<Scope, Value>> {
  const made = SCOPES.map((scope) => [scope, make(scope)] as const);
  return Object.fromEntries(made.filter(([, value]) => value !== undefined));
}

function defined(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}
