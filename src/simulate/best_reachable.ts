import { meanSquaredError } from "../metrics/mean_squared_error.ts";
import { pearson } from "../metrics/pearson.ts";
import type { Sample } from "./expression.ts";
import type { EvalRegime } from "./layout.ts";

/** How well an oracle's predictions agree with the labels. */
export interface ReachableScore {
  /** Mean squared error. */
  readonly mse: number;
  /** Pearson correlation; NaN where the oracle says the same of every row, `null` then in `truth.json`. */
  readonly pearson: number;
}

/** The scores of both oracles on the same rows. */
export interface ReachableScores {
  /** Number of rows. */
  readonly samples: number;
  /** Of the oracle that knows each row's activity z. */
  readonly fromMarks: ReachableScore;
  /** Of the oracle that also knows each gene's hidden level. */
  readonly fromMarksAndGene: ReachableScore;
}

/**
 * The best scores a model can reach, measured on the labels that were drawn. Each oracle gives the expected
 * label under what it knows, so in expectation
 *
 * - `fromMarks` bounds every model that has the marks alone to go by: (1 − visible share) of the label's
 *   variance is left, and r is √(visible share). The counts show z only through sampling noise, unknown
 *   depths and the genes' gains, so a real model stays somewhat above this error.
 * - `fromMarksAndGene` bounds every model: only the noise share is left.
 *
 * Between the two lie models that know a gene again: by its id, or by the shape of its marks, which is the
 * same in all cell types. That helps on `seenGeneNewCellType`; on new genes there is nothing to know again.
 * On train itself a model can go below either by fitting the noise.
 */
export interface BestReachable {
  /** On the rows of train. */
  readonly train: ReachableScores;
  /** On the rows of eval. */
  readonly eval: ReachableScores;
  /** On the rows of eval of each regime that has any. */
  readonly evalByRegime: Readonly<Partial<Record<EvalRegime, ReachableScores>>>;
}

/** What the oracles are scored on. */
interface OracleRow extends Pick<Sample, "label" | "fromMarks" | "fromMarksAndGene"> {
  readonly regime: EvalRegime | undefined;
}

const REGIMES: readonly EvalRegime[] = [
  "newGeneSeenCellType",
  "seenGeneNewCellType",
  "newGeneNewCellType",
];

/** Scores both oracles on the rows of train and eval. */
export function findBestReachable(
  train: Iterable<OracleRow>,
  evaluation: Iterable<OracleRow>,
): BestReachable {
  const everywhere = new OracleColumns();
  const byRegime = new Map(REGIMES.map((regime) => [regime, new OracleColumns()]));
  for (const row of evaluation) {
    everywhere.add(row);
    if (row.regime !== undefined) byRegime.get(row.regime)?.add(row);
  }
  const met = [...byRegime].filter(([, columns]) => columns.labels.length > 0);
  const trainColumns = new OracleColumns();
  for (const row of train) trainColumns.add(row);
  return {
    train: trainColumns.score(),
    eval: everywhere.score(),
    evalByRegime: Object.fromEntries(met.map(([regime, columns]) => [regime, columns.score()])),
  };
}

/** Labels and what the oracles say of them, row by row. */
class OracleColumns {
  readonly labels: number[] = [];
  readonly #fromMarks: number[] = [];
  readonly #fromMarksAndGene: number[] = [];

  add(row: OracleRow): void {
    this.labels.push(row.label);
    this.#fromMarks.push(row.fromMarks);
    this.#fromMarksAndGene.push(row.fromMarksAndGene);
  }

  score(): ReachableScores {
    const scoreOf = (predicted: number[]): ReachableScore => ({
      mse: meanSquaredError(this.labels, predicted),
      pearson: pearson(this.labels, predicted),
    });
    return {
      samples: this.labels.length,
      fromMarks: scoreOf(this.#fromMarks),
      fromMarksAndGene: scoreOf(this.#fromMarksAndGene),
    };
  }
}
