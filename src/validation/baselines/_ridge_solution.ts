import { solvePositiveDefinite } from "./_cholesky.ts";
import type { CrossProducts } from "./_cross_products.ts";

/** A variance below this share of the mean square is the rounding error of a constant. */
const CONSTANT = 1e-12;

/** A linear function of features. */
export interface LinearModel {
  /** Weight of each feature, `[feature]`. */
  readonly weights: Float64Array;
  /** The prediction for a sample whose features are all 0. */
  readonly intercept: number;
}

/** Computes the standard deviation of each entry of the vectors, `[i]`; exactly 0 for a constant entry. */
export function standardDeviations({ width, count, sums, products }: CrossProducts): Float64Array {
  return Float64Array.from({ length: width }, (_, i) => {
    const meanSquare = products[i * width + i]! / count;
    const variance = meanSquare - (sums[i]! / count) ** 2;
    return variance <= CONSTANT * meanSquare ? 0 : Math.sqrt(variance);
  });
}

/**
 * Solves the ridge regression (Hoerl and Kennard 1970, Technometrics 12:55) of the last entry of vectors on the others:
 * it minimises mean (y − b − w·z)² + penalty · |w|², where z are the features divided by `scales`. The intercept b is
 * not penalised.
 *
 * @param moments Sums over the samples, each a vector of features and label.
 * @param scales Standard deviation of each feature, by which it is divided; a feature with 0 is left out.
 * @param penalty The penalty, above 0.
 * @returns The model of the original features, not of the divided ones.
 */
export function solveRidge(
  moments: CrossProducts,
  { scales, penalty }: { readonly scales: Float64Array; readonly penalty: number },
): LinearModel {
  const { width, count, sums, products } = moments;
  const label = width - 1;
  const covariance = (i: number, j: number) =>
    products[i * width + j]! / count - (sums[i]! / count) * (sums[j]! / count);
  const used = Array.from({ length: label }, (_, i) => i).filter((i) => scales[i]! > 0);
  const matrix = new Float64Array(used.length ** 2);
  used.forEach((i, row) => {
    for (let column = 0; column <= row; column++) {
      const j = used[column]!;
      matrix[row * used.length + column] = covariance(i, j) / (scales[i]! * scales[j]!);
    }
    matrix[row * used.length + row]! += penalty;
  });
  const solution = Float64Array.from(used, (i) => covariance(i, label) / scales[i]!);
  solvePositiveDefinite(matrix, solution);
  const weights = new Float64Array(label);
  let intercept = sums[label]! / count;
  used.forEach((i, row) => {
    weights[i] = solution[row]! / scales[i]!;
    intercept -= weights[i] * sums[i]! / count;
  });
  return { weights, intercept };
}

/** Computes the sum of squared errors of a model on some samples, from the sums over these samples alone. */
export function sumSquaredErrors(moments: CrossProducts, model: LinearModel): number {
  const { width, count, sums, products } = moments;
  // The error is c·v − b for a sample's vector v and c = (−w, 1).
  const factors = new Float64Array(width).fill(1);
  model.weights.forEach((weight, i) => factors[i] = -weight);
  let squares = 0;
  let sum = 0;
  for (let i = 0; i < width; i++) {
    let product = 0;
    for (let j = 0; j < width; j++) product += products[i * width + j]! * factors[j]!;
    squares += factors[i]! * product;
    sum += factors[i]! * sums[i]!;
  }
  return squares - 2 * model.intercept * sum + count * model.intercept ** 2;
}
