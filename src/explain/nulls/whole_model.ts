/** A model as a whole beside those that learned shuffled labels, of which q-values of single attributions say nothing. */

import type { Dataset } from "../../data/dataset.ts";
import { pearson } from "../../metrics/pearson.ts";
import type { NullAttributions } from "./null_attributions.ts";
import { shuffleLabels } from "./shuffled_labels.ts";

/** Correlations of fewer samples say little. */
export const LEAST_SAMPLES = 10;

/** How well a model fits its labels, among null models. */
export interface WholeModel {
  /** Samples that both explained. */
  readonly samples: number;
  /** Pearson's correlation of the model's predictions with the labels of these samples; 0 if either does not vary. */
  readonly r: number;
  /** `[shuffle]`: the same of the models of each shuffle, with the labels as they were shuffled. */
  readonly nullRs: readonly number[];
  /**
   * (1 + those of them that are at least as large) / (1 + their number). If the labels have nothing to do with what the model
   * reads, they are as good as another shuffle, and `p` is at most α with a probability of at most α, whatever the model.
   */
  readonly p: number;
}

/** What {@linkcode compareWholeModel} compares with. */
interface WholeNull {
  /** What `nullFromModels` found. */
  readonly nullAttributions: NullAttributions;
  readonly data: Dataset;
  /** The seed of the shuffles. */
  readonly seed: number;
}

/**
 * Compares how well a model fits its labels with how well the models of each shuffle fit theirs. The sizes of attributions
 * would be a poor measure: those of models that learned nothing differ by a factor of ten between shuffles.
 *
 * @param predictions The model's predictions of samples, by position.
 * @param wholeNull The null, the data, and how labels were shuffled.
 * @returns `undefined` if it is another null, or explains too few of the samples.
 */
export function compareWholeModel(
  predictions: ReadonlyMap<number, number>,
  { nullAttributions: { kind, attributions }, data, seed }: WholeNull,
): WholeModel | undefined {
  const { rows, predictions: nullPredictions } = attributions;
  if (kind !== "labels") return undefined;
  // The models of each shuffle explain the same samples, one shuffle after another.
  const shuffles = rows.reduce((count, row) => count + Number(row === rows[0]), 0);
  const ofShuffle = rows.length / shuffles;
  const common = Array.from(rows.subarray(0, ofShuffle).keys())
    .filter((i) => predictions.has(rows[i]!));
  if (common.length < LEAST_SAMPLES) return undefined;
  const fitOf = (labels: ArrayLike<number>, predictionOf: (i: number) => number) => {
    const r = pearson(common.map(predictionOf), common.map((i) => labels[rows[i]!]!));
    return Number.isNaN(r) ? 0 : r;
  };
  const r = fitOf(data.labels(), (i) => predictions.get(rows[i]!)!);
  const nullRs = Array.from(
    { length: shuffles },
    (_, shuffle) =>
      fitOf(
        shuffleLabels(data, seed + shuffle).labels(),
        (i) => nullPredictions[shuffle * ofShuffle + i]!,
      ),
  );
  const larger = nullRs.filter((other) => other >= r).length;
  return { samples: common.length, r, nullRs, p: (1 + larger) / (1 + shuffles) };
}
