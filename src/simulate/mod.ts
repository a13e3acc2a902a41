/**
 * Simulates data sets in the competition's format from a model whose parameters are known.
 *
 * **Genes and cell types.** Gene g has a strand, a baseline b_g, loadings u_g on 8 gene programmes, a hidden
 * level h_g, a promoter width w_g (500 bp · exp(0.3 n)), a body length (10 kb · exp(n)) and for each mark m a
 * gain γ_gm = exp(0.25 n); b, u and h are standard normal, and every n is another standard normal number.
 * Cell type c uses the programmes with weights v_c ∝ √0.6 · (weights of its lineage) + √0.4 · (its own weights), of
 * length 1; related cell types share a lineage. The activity of gene g in it has variance 1 by construction and is
 *
 *     z_gc = √(1 − p − q) · b_g + √p · u_g·v_c + √q · n        p: programmeShare, q: particularShare
 *
 * **Marks.** With t the distance from the TSS in bp, positive downstream, and bell(x) = exp(−x²/2):
 *
 *     mark      background  height  slope  midpoint  profile f_m(t)
 *     H3K27me3  0.85        40      −3     −1.5      bell(t / 2500)
 *     H3K36me3  0.7         10       1.5    0.4      1 − exp(−t / 2500) over the body, 0 outside
 *     H3K4me1   0.9         6        1.5   −0.8      bell((t − 2.5 w) / w) + bell((t + 2.5 w) / w)
 *     H3K4me3   0.6         130      2     −0.2      bell((t − 200) / w)
 *     H3K9me3   0.75        1       −1     −0.3      1 − bell(t / 1000) / 2
 *
 *     amplitude_m(z) = height / (1 + exp(−slope · (z − midpoint)))
 *     rate μ[bin, m] = depth_cm · (background + γ_gm · amplitude_m(z_gc) · f_m(t))
 *     count[bin, m] ~ negative binomial (gamma–Poisson), variance μ + dispersion · μ²
 *
 * ln depth_cm is normal with standard deviation `depthSpread`, and depth has the mean `depth`. Windows run along the
 * genome: they are not flipped for genes on the minus strand, whose bodies are on the left.
 *
 * **Expression.** Rounded to 4 decimals,
 *
 *     y_gc = mean + √variance · (√s · z_gc + √h · h_g + √(1 − s − h) · n)    s: visibleShare, h: hiddenShare
 *
 * h_g is the same in all cell types, so a gene's mean over the training cell types predicts well in new ones,
 * as in real data. No model can predict the last term. {@linkcode BestReachable} says what follows for the
 * best scores that a model can reach.
 *
 * **Calibration.** The counts roughly match those of 30 genes of one Roadmap cell type that were published with
 * DeepChrome (Singh et al. 2016). In the order of the table, their mean counts per bin are 3.6, 1.6, 2.3, 10.7 and 1.6
 * (1.1 without one gene; H3K4me3 halved, since its counts are all even and its reads most likely counted twice), and
 * 33, 38, 29, 40 and 39% of their bins are empty; here the means are 3.1, 1.7, 2.1, 11.3 and 1.2, and 29, 36, 28, 39
 * and 35% are empty. The dispersion was chosen by the differences between neighbouring bins. Reads that fall into two
 * bins, noise that neighbouring bins share, copy number and mappability are not modelled.
 *
 * **Reproducibility.** A gene depends only on (seed, position), a cell type on (seed, name) and a sample on (seed, cell
 * type, gene), so a smaller simulation is a part of any larger one with the same seed, parameters and number of bins.
 *
 * @example
 * ```ts
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { deepStrictEqual } from "node:assert";
 *
 * const small = simulateColumns({ cellTypes: 1, genes: 3, bins: 4 }).train;
 * const large = simulateColumns({ cellTypes: 1, genes: 5, bins: 4 }).train;
 * deepStrictEqual([...small.labels ?? []], [...large.labels?.subarray(0, 3) ?? []]);
 * ```
 *
 * @module
 */

export type { BestReachable, ReachableScore, ReachableScores } from "./best_reachable.ts";
export { simulateColumns, type SimulateColumnsOptions, type SimulatedColumns } from "./columns.ts";
export type { EvalRegime, SimulationPart } from "./layout.ts";
export {
  SIMULATED_EXPRESSIONS,
  SIMULATED_FEATURES,
  type SimulatedExpression,
  type SimulatedFeatures,
  type SimulationOptions,
  type SimulationSettings,
} from "./options.ts";
export {
  simulate,
  type SimulatedBlock,
  type SimulatedRow,
  type Simulation,
  type SimulationTruth,
} from "./simulation.ts";
export { type SimulationProgress, writeSimulation, type WriteSimulationOptions } from "./write.ts";
export { type ComparisonTableOptions, formatComparison } from "./statistics/format_comparison.ts";
export { measureLabels } from "./statistics/label_statistics.ts";
export { holdsCounts, measureStatistics } from "./statistics/measure.ts";
export {
  type ComparedStatistic,
  compareStatistics,
  type Statistic,
} from "./statistics/statistic.ts";
