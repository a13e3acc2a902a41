/**
 * Measures of how well predictions agree with measurements: pure functions on columns of numbers, numerically stable
 * for columns whose mean is far from zero. A metric that has no answer, as for a constant column, is NaN; each function
 * says when.
 *
 * @example
 * ```ts
 * import { pearson, spearman } from "@waka/histone/metrics";
 * import { ok, strictEqual } from "node:assert";
 *
 * const [truth, predicted] = [[1, 2, 3], [1, 10, 1000]];
 * ok(pearson(truth, predicted) < 0.9);
 * strictEqual(spearman(truth, predicted), 1);
 * ```
 *
 * @module
 */

export { auroc } from "./auroc.ts";
export {
  byGroup,
  type GroupedPairs,
  meanDefined,
  type Metric,
  type Pairs,
  splitByGroup,
} from "./by_group.ts";
export { meanSquaredError } from "./mean_squared_error.ts";
export { pearson } from "./pearson.ts";
export { rSquared } from "./r_squared.ts";
export { spearman } from "./spearman.ts";
