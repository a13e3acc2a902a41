import type { Resampled } from "./_groups.ts";
import type { IntervalBasis } from "./interval_basis.ts";
import type { Regime } from "./regimes.ts";

/** A figure and its bootstrap interval; values that do not exist are `null`. */
export interface Estimate {
  /** The figure, on all samples. */
  readonly value: number | null;
  /** Lower end of the interval or range; `null` if {@linkcode RegimeScores.interval} has the kind `none`. */
  readonly low: number | null;
  /** Upper end of the interval or range; `null` if the lower end is. */
  readonly high: number | null;
}

/**
 * How well a predictor follows each gene across cell types: Pearson's correlation of a gene's samples, one from each
 * cell type (replicates have their means), over the genes that have at least 3 samples whose labels and predictions both vary. A predictor that
 * predicts the same for a gene everywhere has no correlations.
 */
export interface GeneCorrelations {
  /** Number of genes that have a correlation. */
  readonly genes: number;
  /** A quarter of the correlations are below this; `null` if no gene has one. */
  readonly lowerQuartile: number | null;
  /** Half of the correlations are below this; `null` if no gene has one. */
  readonly median: number | null;
  /** Three quarters of the correlations are below this; `null` if no gene has one. */
  readonly upperQuartile: number | null;
}

/** How well one predictor does in one regime. */
export interface PredictorScores {
  /** Name of the model or baseline. */
  readonly name: string;
  /** Mean squared error. */
  readonly mse: Estimate;
  /** Pearson's correlation over all samples; `null` if predictions or labels do not vary. */
  readonly pearson: Estimate;
  /**
   * Correlations of each gene across cell types; `null` for the mix, in which a gene's samples have no common weight.
   */
  readonly byGene: GeneCorrelations | null;
}

/** {@linkcode PredictorScores} of a model. */
export interface ModelScores extends PredictorScores {
  /** 1 − mse / (mse of the best baseline): 1 is perfect, 0 no better than it, below 0 worse. */
  readonly skill: Estimate;
}

/** {@linkcode PredictorScores} of a baseline. */
export interface BaselineScores extends PredictorScores {
  /** A line about what the baseline learned or chose. */
  readonly description: string;
  /** Number of samples for which it lacked data and predicted something simpler. */
  readonly fallbackRows: number;
}

/** All predictors on the samples of one regime, or on all in the competition's proportions. */
export interface RegimeScores {
  /** The regime; `mix` is the three regimes in the competition's proportions, whatever the test set's are. */
  readonly regime: Regime | "bothSeen" | "mix";
  /** Number of samples. */
  readonly rows: number;
  /** Number of cell types that have such samples; replicates are one. */
  readonly cellTypes: number;
  /** Number of genes that have such samples; transcripts of one gene are one. */
  readonly genes: number;
  /** How far all intervals of the regime can be trusted. */
  readonly interval: IntervalBasis;
  /** The models, in the order given. */
  readonly models: readonly ModelScores[];
  /** The baselines, in the order given; in the mix also `best of each regime`, unless one is best in all. */
  readonly baselines: readonly BaselineScores[];
  /** Name of the baseline with the smallest mean squared error; `null` if there are no baselines. */
  readonly bestBaseline: string | null;
}

/** The result of `evaluateRegimes`; `JSON.stringify` keeps all of it. */
export interface RegimeEvaluation {
  /** Number of training samples, from which the baselines learned. */
  readonly trainingRows: number;
  /** Number of test samples. */
  readonly testRows: number;
  /** Number of bootstrap samples from which each interval is made. */
  readonly bootstrapSamples: number;
  /**
   * The groups that were redrawn for each bootstrap sample. With `cell-types`, all intervals are for exactly these genes, and
   * with `genes` for exactly these cell types: what another choice of them would give is not in them.
   */
  readonly resampled: Resampled;
  /** Share of bootstrap samples that an interval holds. Each regime's `interval` says how far it can be trusted. */
  readonly confidence: number;
  /** Seed of the bootstrap. */
  readonly seed: number;
  /** The regimes that have samples, `bothSeen` last. */
  readonly regimes: readonly RegimeScores[];
  /** The regimes that have no samples. If there are any, the mix has no figures. */
  readonly missingRegimes: readonly Regime[];
  /** The forecast of the competition's score. */
  readonly mix: RegimeScores;
}
