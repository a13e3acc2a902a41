import type { Dataset } from "../../data/dataset.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../../random.ts";
import { type Axis, geneGroupAxis } from "../axis.ts";
import { checkSameSignal, findCounts } from "../signal.ts";
import type { Baseline, FittedBaseline } from "./baseline.ts";
import { CrossProducts } from "./_cross_products.ts";
import { makeRidgeFeatures, type RidgeFeatures } from "./_ridge_features.ts";
import {
  type LinearModel,
  solveRidge,
  standardDeviations,
  sumSquaredErrors,
} from "./_ridge_solution.ts";

const DEFAULT_STRETCHES = 20;
const DEFAULT_PENALTIES = [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10];
const FOLDS = 5;

/** Options of {@linkcode makeRidge}. */
export interface RidgeOptions {
  /**
   * Number of stretches of equal length into which a sample's bins are summed, at most as many as bins. Time grows with
   * its square: 20 take seconds for the competition's data, 100 about a minute.
   *
   * @default {Math.min(20, bins)}
   */
  readonly stretches?: number | undefined;
  /**
   * Number of stretches whose sums enter as squares and as products of two as well, at most as many as bins; 0 for none.
   * With p stretches of m marks, m·p·(m·p + 1) / 2 features more. The model is then no longer linear in the signal, and
   * is named `ridge with squares and products`. Five stretches of five marks, 325 features, take 18 times the time of
   * the 100 linear ones; on real data ten stretches were no better.
   *
   * @default {0}
   */
  readonly productStretches?: number | undefined;
  /**
   * Penalties λ to choose from, each above 0, in units of the standardised features' variance.
   *
   * @default {[1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10]}
   */
  readonly penalties?: readonly number[] | undefined;
}

/**
 * Makes the baseline that predicts by ridge regression (Hoerl and Kennard 1970, Technometrics 12:55) on binned signal:
 * the best linear prediction from the marks without knowing the gene. Features are ln(1 + sum) of the counts of each mark
 * in each stretch of bins, whatever transform the data carry, and, with `productStretches`, squares and products of such
 * values, all standardised by the training samples. A feature that is constant there is left out. It minimises
 *
 *     mean (y − b − w·z)² + λ |w|²
 *
 * by the normal equations, accumulated in one pass over the samples. λ is the penalty with the smallest mean squared
 * error in 5-fold cross-validation over the training genes; the largest of equally good penalties is taken. Whole genes
 * are held out, with all transcripts of a gene, since a model that recognises genes would otherwise seem better than it
 * is on new genes.
 *
 * @param options Stretches and penalties.
 * @returns The baseline, to be fitted.
 * @throws {RangeError} If an option is out of range; `fit` throws it if there are more stretches than bins or fewer
 * than 2 genes.
 *
 * @example Two stretches of five marks
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { makeRidge } from "@waka/histone/validation";
 * import { match, strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 30, bins: 20 }).train);
 * match(makeRidge({ stretches: 2 }).fit(data).description, /^5 marks × 2 stretches, λ = \S+/);
 * strictEqual(makeRidge({ productStretches: 5 }).name, "ridge with squares and products");
 * ```
 */
export function makeRidge(options: RidgeOptions = {}): Baseline {
  const { penalties = DEFAULT_PENALTIES, productStretches = 0 } = options;
  if (penalties.length === 0 || !penalties.every((value) => value > 0 && value < Infinity)) {
    throw new RangeError(
      `Cannot make ridge regression: penalties are [${penalties}], expected numbers above 0`,
    );
  }
  return {
    name: productStretches === 0 ? "ridge" : "ridge with squares and products",
    fit: (train) => fitRidge(train, { ...options, penalties, productStretches }),
  };
}

type ResolvedOptions = RidgeOptions & {
  readonly penalties: readonly number[];
  readonly productStretches: number;
};

function fitRidge(train: Dataset, options: ResolvedOptions): FittedBaseline {
  const { stretches = Math.min(DEFAULT_STRETCHES, train.bins), productStretches, penalties } =
    options;
  const features = makeRidgeFeatures(train, { stretches, productStretches });
  const origin = new Float64Array(features.count + 1);
  const folds = accumulate(train, features, origin);
  const total = joinAll(folds);
  const scales = standardDeviations(total);
  const penalty = choosePenalty(folds, { total, scales, penalties });
  const model = solveRidge(total, { scales, penalty });
  return {
    description:
      `${features.description}, λ = ${penalty} by ${folds.length}-fold cross-validation over genes`,
    predict(test) {
      checkSameSignal(train, test);
      return {
        values: predictLinear(test, { features, model, origin }),
        fellBack: new Uint8Array(test.length),
      };
    },
  };
}

/**
 * Accumulates sums over the samples of each fold of genes. Each sample is a vector of its features and its label, minus
 * `origin`, which receives the vector of the first sample: it is near enough to all others to preserve the digits of
 * their differences.
 */
function accumulate(
  train: Dataset,
  features: RidgeFeatures,
  origin: Float64Array,
): CrossProducts[] {
  const labels = train.labels();
  const genes = geneGroupAxis(train);
  const foldOfGene = partGenes(genes);
  const folds = Array.from(
    { length: Math.min(FOLDS, genes.names.length) },
    () => new CrossProducts(origin.length),
  );
  const vector = new Float64Array(origin.length);
  for (let row = 0; row < labels.length; row++) {
    features.write(findCounts(train, row), vector);
    vector[vector.length - 1] = labels[row]!;
    if (row === 0) origin.set(vector);
    for (let i = 0; i < vector.length; i++) vector[i]! -= origin[i]!;
    folds[foldOfGene[genes.placeOfRow[row]!]!]!.add(vector);
  }
  for (const fold of folds) fold.finish();
  return folds;
}

/** Chooses the fold of each gene, `[gene]`: at random, but the same for the same genes in the same order. */
function partGenes({ names }: Axis): Uint32Array {
  if (names.length < 2) {
    throw new RangeError(
      `Cannot fit ridge regression: there are ${names.length} genes, expected at least 2`,
    );
  }
  const order = shuffledIndices(names.length, new RandomStream(deriveKey(0, "ridge", "genes")));
  return order.map((place) => place % Math.min(FOLDS, names.length));
}

function joinAll(folds: readonly CrossProducts[]): CrossProducts {
  const total = new CrossProducts(folds[0]!.width);
  for (const fold of folds) total.addScaled(fold, 1);
  return total;
}

function choosePenalty(
  folds: readonly CrossProducts[],
  { total, scales, penalties }: {
    readonly total: CrossProducts;
    readonly scales: Float64Array;
    readonly penalties: readonly number[];
  },
): number {
  const errors = new Float64Array(penalties.length);
  const descending = penalties.toSorted((a, b) => b - a);
  for (const fold of folds) {
    const others = new CrossProducts(total.width).addScaled(total, 1).addScaled(fold, -1);
    descending.forEach((penalty, i) => {
      errors[i]! += sumSquaredErrors(fold, solveRidge(others, { scales, penalty }));
    });
  }
  return descending[errors.indexOf(Math.min(...errors))]!;
}

function predictLinear(
  test: Dataset,
  { features, model, origin }: {
    readonly features: RidgeFeatures;
    readonly model: LinearModel;
    readonly origin: Float64Array;
  },
): Float64Array {
  const { weights, intercept } = model;
  const vector = new Float64Array(weights.length);
  return Float64Array.from({ length: test.length }, (_, row) => {
    features.write(findCounts(test, row), vector);
    let value = origin[weights.length]! + intercept;
    for (let i = 0; i < weights.length; i++) value += weights[i]! * (vector[i]! - origin[i]!);
    return value;
  });
}
