import type { Dataset } from "../data/dataset.ts";
import { correlateSamplesOfGene } from "../data/evaluate.ts";
import { cellTypeGroupIndices, geneGroupIndices, joinReplicates } from "../data/sample_groups.ts";
import { byGroup } from "../metrics/mod.ts";
import { quantile } from "../metrics/quantile.ts";
import { drawResamples, percentileInterval, type ResamplingOptions } from "./bootstrap.ts";
import { Groups, type Resampled, SCORED_KINDS } from "./_groups.ts";
import { type IntervalBasis, judgeInterval } from "./interval_basis.ts";
import { mixTotals, mseOf, PairSums, type PairTotal, pearsonOf } from "./_pair_sums.ts";
import type {
  BaselineScores,
  Estimate,
  GeneCorrelations,
  ModelScores,
  PredictorScores,
  RegimeScores,
} from "./regime_scores.ts";
import { COMPETITION_ROWS, REGIMES, type RowKind } from "./regimes.ts";

const MIX_WEIGHTS = REGIMES.map((regime) => COMPETITION_ROWS[regime]);

type ScoredRegime = RegimeScores["regime"];

/** The predictions of a model or a baseline for the test samples. */
export interface Predictor {
  /** Its name. */
  readonly name: string;
  /** Predicted label, `[position]`. */
  readonly values: ArrayLike<number>;
}

/** The predictions of a baseline for the test samples. */
export interface BaselinePredictor extends Predictor {
  /** A line about what it learned or chose. */
  readonly description: string;
  /** 1 for each sample for which it fell back on a simpler prediction, `[position]`. */
  readonly fellBack: Uint8Array;
}

/** Options of {@linkcode Scorer}. */
export interface ScorerOptions {
  /** The labelled test samples. */
  readonly test: Dataset;
  /** Their kinds, none of them `trained`, `[position]`. */
  readonly kinds: readonly RowKind[];
  /** The models. */
  readonly models: readonly Predictor[];
  /** The baselines. */
  readonly baselines: readonly BaselinePredictor[];
  /** The bootstrap. */
  readonly resampling: ResamplingOptions & {
    readonly resampled: Resampled;
    readonly confidence: number;
  };
}

/** A predictor's totals by kind of sample, on all samples and on each bootstrap sample. */
interface PredictorTotals {
  readonly sums: PairSums;
  readonly all: readonly PairTotal[];
  readonly redrawn: (readonly PairTotal[])[];
}

/** A figure on all samples, and on each bootstrap sample. */
interface Figures {
  readonly value: number;
  readonly redrawn: readonly number[];
}

/** Scores predictors regime by regime, all on the same bootstrap samples. */
export class Scorer {
  readonly #options: ScorerOptions;
  readonly #truth: Float64Array;
  readonly #groups: Groups;
  readonly #totals = new Map<Predictor, PredictorTotals>();
  readonly #mixBaselines: readonly BaselinePredictor[];

  /** Reduces every predictor to its totals. */
  constructor(options: ScorerOptions) {
    const { test, kinds, models, baselines, resampling } = options;
    this.#options = options;
    this.#truth = test.labels();
    this.#groups = new Groups(test, kinds, resampling.resampled);
    for (const predictor of [...models, ...baselines]) this.#add(predictor);
    const combined = this.#combineBest();
    for (const predictor of combined) this.#add(predictor);
    this.#mixBaselines = [...baselines, ...combined];
    for (const times of drawResamples(this.#groups.strata, resampling)) {
      const weights = this.#groups.weigh(times);
      for (const { sums, redrawn } of this.#totals.values()) {
        redrawn.push(this.#totalsOf(sums, weights));
      }
    }
  }

  /** Scores every predictor on the samples of a regime, or on all three in the competition's proportions. */
  score(regime: ScoredRegime): RegimeScores {
    const { test, kinds, models } = this.#options;
    const baselines = this.#baselinesFor(regime);
    const parts: readonly RowKind[] = regime === "mix" ? REGIMES : [regime];
    const rows = Uint32Array.from(kinds.keys()).filter((row) => parts.includes(kinds[row]!));
    const subset = test.subset(rows);
    const interval = this.#judgeInterval(parts);
    const redrawable = interval.kind !== "none";
    const describe = (predictor: Predictor): PredictorScores => ({
      name: predictor.name,
      mse: this.#estimate(this.#figures(predictor, regime, mseOf), redrawable),
      pearson: this.#estimate(this.#figures(predictor, regime, pearsonOf), redrawable),
      byGene: regime === "mix" ? null : this.#correlateGenes(predictor, rows),
    });
    const best = this.#findBest(regime, baselines);
    return {
      regime,
      rows: rows.length,
      cellTypes: new Set(cellTypeGroupIndices(subset)).size,
      genes: new Set(geneGroupIndices(subset)).size,
      interval,
      models: models.map((model): ModelScores => ({
        ...describe(model),
        skill: this.#estimate(this.#skill(model, best, regime), redrawable),
      })),
      baselines: baselines.map((baseline): BaselineScores => ({
        ...describe(baseline),
        description: baseline.description,
        fallbackRows: rows.reduce((sum, row) => sum + baseline.fellBack[row]!, 0),
      })),
      bestBaseline: best?.name ?? null,
    };
  }

  /**
   * Judges an interval by the number of groups. The mix is judged by its regime with the fewest groups, since a regime
   * with a single group would add nothing to the interval.
   */
  #judgeInterval(parts: readonly RowKind[]): IntervalBasis {
    const { test, kinds, resampling: { resampled } } = this.#options;
    const fewest = (indices: Uint32Array) =>
      Math.min(
        ...parts.map((part) => new Set(indices.filter((_, row) => kinds[row] === part)).size),
      );
    return judgeInterval({
      cellTypes: resampled === "genes" ? null : fewest(cellTypeGroupIndices(test)),
      genes: resampled === "cell-types" ? null : fewest(geneGroupIndices(test)),
    });
  }

  #baselinesFor(regime: ScoredRegime): readonly BaselinePredictor[] {
    return regime === "mix" ? this.#mixBaselines : this.#options.baselines;
  }

  #add(predictor: Predictor): void {
    const { ofRow: groupOfRow, kinds } = this.#groups;
    const groupCount = kinds.length;
    const predicted = predictor.values;
    const sums = new PairSums({ truth: this.#truth, predicted, groupOfRow, groupCount });
    const all = this.#totalsOf(sums, new Float64Array(groupCount).fill(1));
    this.#totals.set(predictor, { sums, all, redrawn: [] });
  }

  #totalsOf(sums: PairSums, weights: Float64Array): readonly PairTotal[] {
    return sums.totals(this.#groups.kinds, { weights, kindCount: SCORED_KINDS.length });
  }

  /**
   * Combines the best baseline of each regime into one, since the regime of a sample is known before its label. Returns
   * nothing if the same baseline is best everywhere.
   */
  #combineBest(): BaselinePredictor[] {
    const { kinds, baselines } = this.#options;
    const bests = REGIMES.map((regime) => this.#findBest(regime, baselines));
    const found = bests.filter((best) => best !== undefined);
    if (new Set(found).size < 2) return [];
    const bestOf = (row: number) => bests[REGIMES.findIndex((regime) => regime === kinds[row])];
    return [{
      name: "best of each regime",
      description: REGIMES.map((regime, i) => `${regime}: ${bests[i]?.name ?? "–"}`).join(", "),
      values: Float64Array.from(kinds, (_, row) => bestOf(row)?.values[row] ?? 0),
      fellBack: Uint8Array.from(kinds, (_, row) => bestOf(row)?.fellBack[row] ?? 0),
    }];
  }

  #findBest(
    regime: ScoredRegime,
    baselines: readonly BaselinePredictor[],
  ): BaselinePredictor | undefined {
    let best: BaselinePredictor | undefined;
    let smallest = Infinity;
    for (const baseline of baselines) {
      const mse = mseOf(pickTotal(this.#totals.get(baseline)!.all, regime));
      if (mse < smallest) [best, smallest] = [baseline, mse];
    }
    return best;
  }

  #figures(
    predictor: Predictor,
    regime: ScoredRegime,
    figure: (total: PairTotal) => number,
  ): Figures {
    const { all, redrawn } = this.#totals.get(predictor)!;
    const figureOf = (totals: readonly PairTotal[]) => figure(pickTotal(totals, regime));
    return { value: figureOf(all), redrawn: redrawn.map(figureOf) };
  }

  #skill(model: Predictor, best: Predictor | undefined, regime: ScoredRegime): Figures {
    if (best === undefined) return { value: NaN, redrawn: [] };
    const own = this.#figures(model, regime, mseOf);
    const other = this.#figures(best, regime, mseOf);
    return {
      value: 1 - own.value / other.value,
      redrawn: own.redrawn.map((mse, sample) => 1 - mse / other.redrawn[sample]!),
    };
  }

  #estimate({ value, redrawn }: Figures, redrawable: boolean): Estimate {
    const { low, high } = percentileInterval(redrawn, this.#options.resampling.confidence);
    const known = redrawable && Number.isFinite(value);
    return {
      value: orNull(value),
      low: known ? orNull(low) : null,
      high: known ? orNull(high) : null,
    };
  }

  #correlateGenes({ values }: Predictor, rows: Uint32Array): GeneCorrelations {
    const subset = this.#options.test.subset(rows);
    const { positions, columns: [truth, predicted] } = joinReplicates(subset, [
      Float64Array.from(rows, (row) => this.#truth[row]!),
      Float64Array.from(rows, (row) => values[row]!),
    ]);
    const genes = subset.geneIndices();
    const correlations = byGroup(
      correlateSamplesOfGene,
      {
        truth: truth!,
        predicted: predicted!,
        groupIndex: Uint32Array.from(positions, (position) => genes[position]!),
        groupCount: subset.columns.genes.length,
      },
    ).filter((r) => !Number.isNaN(r)).sort();
    return {
      genes: correlations.length,
      lowerQuartile: orNull(quantile(correlations, 0.25)),
      median: orNull(quantile(correlations, 0.5)),
      upperQuartile: orNull(quantile(correlations, 0.75)),
    };
  }
}

/** Picks the total of one regime, or mixes the three in the competition's proportions. */
function pickTotal(totals: readonly PairTotal[], regime: ScoredRegime): PairTotal {
  if (regime === "mix") return mixTotals(totals.slice(0, REGIMES.length), MIX_WEIGHTS);
  return totals[SCORED_KINDS.indexOf(regime)]!;
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
