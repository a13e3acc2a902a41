import type { Dataset } from "../data/dataset.ts";
import { type Agreement, measureAgreement } from "../data/evaluate.ts";
import { hideLabels } from "./baselines/baseline.ts";
import { makeGeneMean } from "./baselines/gene_mean.ts";
import { classifyRows, type Regime, REGIMES } from "./regimes.ts";

/** The kinds of sample that a split can be judged on, in the order of tables. */
export const JUDGED_KINDS: readonly (Regime | "bothSeen")[] = [...REGIMES, "bothSeen"];

/** How well a model predicts the samples of one regime of a split. */
export interface RegimeAgreement extends Agreement {
  /** The regime: what of gene and cell type the model was not trained on; `bothSeen` if only the pair is new. */
  readonly regime: Regime | "bothSeen";
  /**
   * Mean squared error of what needs no marks: each gene's mean label over the training cell types, or the mean of all
   * training labels for a gene that was not trained on.
   */
  readonly geneMeanMse: number | null;
}

/**
 * Judges predictions of a split by regime, beside the mean of each gene.
 *
 * @param trial The labelled samples that were trained on, labelled samples that were not, and a prediction for each of
 * the latter, `[position]`.
 * @returns The regimes that have samples.
 * @throws {ContractError} If a set has no labels.
 */
export function scoreByRegime({ train, test, predictions }: {
  readonly train: Dataset;
  readonly test: Dataset;
  readonly predictions: ArrayLike<number>;
}): RegimeAgreement[] {
  const kinds = classifyRows(train, test);
  const means = makeGeneMean().fit(train).predict(hideLabels(test)).values;
  return JUDGED_KINDS.flatMap((regime) => {
    const positions = [...kinds.keys()].filter((position) => kinds[position] === regime);
    if (positions.length === 0) return [];
    const samples = test.subset(positions);
    const take = (values: ArrayLike<number>) => positions.map((position) => values[position]!);
    return {
      regime,
      ...measureAgreement(samples, take(predictions)),
      geneMeanMse: measureAgreement(samples, take(means)).mse,
    };
  });
}
