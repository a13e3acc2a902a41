import { meanSquaredError } from "../metrics/mean_squared_error.ts";
import { pearson } from "../metrics/pearson.ts";
import type { EvalRegime } from "./layout.ts";

/** How well an oracle's predictions agree with the labels. */
export interface ReachableScore {
  /** Mean squared error. */
  readonly mse: number;
  /** Pearson's correlation; NaN, which `truth.json` has as `null`, if the oracle predicts the same for every row. */
  readonly pearson: number;
}

/** The scores of the oracles on the same rows. */
export interface ReachableScores {
  /** Number of rows. */
  readonly samples: number;
  /** The scores of the oracle that knows each row's activity z. */
  readonly fromMarks: ReachableScore;
  /** The scores of the oracle that also knows what planted motifs add; absent where no DNA was simulated. */
  readonly fromMarksAndSequence?: ReachableScore;
  /** The scores of the oracle that also knows everything about each gene. */
  readonly fromMarksAndGene: ReachableScore;
}

/**
 * The best scores that a model can reach, measured on the labels that were drawn. Each oracle predicts the expected
 * label given what it knows, which is the prediction of least mean squared error:
 *
 * - `fromMarks` knows the activity z and bounds every model that sees a sample's marks only. Sampling noise, unknown
 *   depths and the genes' gains blur z in the counts, so a real model's error is larger.
 * - `fromMarksAndSequence`, where DNA was simulated, also knows the effect of the motifs at the gene's promoter, and bounds
 *   every model that sees marks and DNA.
 * - `fromMarksAndGene` also knows everything about the gene, its hidden level and its expression in the reference among
 *   it, and bounds every model: only the noise is left.
 *
 * Models that recognise a gene, by its id or by what its marks share in all cell types, are between the two, and so are
 * models that see its marks in other cell types. On train itself, a model can have an even smaller error by fitting the
 * noise.
 */
export interface BestReachable {
  /** The scores on the rows of train. */
  readonly train: ReachableScores;
  /** The scores on the rows of eval. */
  readonly eval: ReachableScores;
  /** The scores on the rows of eval by regime, for each regime that has rows. */
  readonly evalByRegime: Readonly<Partial<Record<EvalRegime, ReachableScores>>>;
}

/** A row on which the oracles are scored. */
interface OracleRow {
  readonly label: number;
  readonly fromMarks: number;
  readonly fromMarksAndSequence?: number | undefined;
  readonly fromMarksAndGene: number;
  readonly regime: EvalRegime | undefined;
}

const REGIMES: readonly EvalRegime[] = [
  "newGeneSeenCellType",
  "seenGeneNewCellType",
  "newGeneNewCellType",
];

/** Scores the oracles on the rows of train and eval. */
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
  const present = [...byRegime].filter(([, columns]) => columns.labels.length > 0);
  const trainColumns = new OracleColumns();
  for (const row of train) trainColumns.add(row);
  return {
    train: trainColumns.score(),
    eval: everywhere.score(),
    evalByRegime: Object.fromEntries(present.map(([regime, columns]) => [regime, columns.score()])),
  };
}

/** Labels and the predictions of the oracles, row by row. */
class OracleColumns {
  readonly labels: number[] = [];
  readonly #fromMarks: number[] = [];
  readonly #fromMarksAndSequence: number[] = [];
  readonly #fromMarksAndGene: number[] = [];

  add(row: OracleRow): void {
    const { fromMarksAndSequence } = row;
    this.labels.push(row.label);
    this.#fromMarks.push(row.fromMarks);
    if (fromMarksAndSequence !== undefined) this.#fromMarksAndSequence.push(fromMarksAndSequence);
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
      ...(this.#fromMarksAndSequence.length > 0 && {
        fromMarksAndSequence: scoreOf(this.#fromMarksAndSequence),
      }),
      fromMarksAndGene: scoreOf(this.#fromMarksAndGene),
    };
  }
}
