/**
 * Simulates data sets in the competition's format from a model whose parameters are known.
 *
 * **Genes and cell types.** Gene g has a strand, a baseline b_g, loadings u_g on 8 gene programmes, a hidden level h_g and a
 * plasticity s_g = exp(0.37 n − 0.37²), which says how much it differs between cell types; b, u and h are standard normal,
 * and every n is another standard normal number. Cell type c uses the programmes with weights v_c ∝ √0.6 · (weights of its
 * lineage) + √0.4 · (its own weights), of length 1; related cell types share a lineage. The activity of gene g in it has
 * variance 1 by construction and is
 *
 *     z_gc = √(1 − p − q) · b_g + s_g · (√p · u_g·v_c + √q · n)        p: programmeShare, q: particularShare
 *
 * **Expression.** A level of variance 1 is what the marks show, what they do not show of the gene, and noise:
 *
 *     level_gc = √v · z_gc + √h · h_g + √(1 − v − h) · s_g · n           v: visibleShare, h: hiddenShare
 *
 * RPKM are a curve of the level with two regimes: transcribed genes, log-normal around 6 RPKM, and leaky ones, far below 1
 * and often not measured at all. The label is log2(RPKM + 1), or the competition's sign(d) · ln(1 + |d|) of the difference
 * d from the gene's RPKM in a reference, E000, a mixture of cell lines that has the gene's part of the level and something of
 * its own. No model can predict the noise; {@linkcode BestReachable} says what follows for the best scores.
 *
 * **Marks.** Each mark responds to z (H3K27me3 to little but the baseline) by r(z) = 1 / (1 + exp(−slope · (z − midpoint))).
 * Promoters in CpG islands turn on at lower activity, and carry H3K27me3 while they are silent. With t the distance from the
 * TSS in bp, positive downstream, w the promoter's width and bell(x) = exp(−x²/2), the signal is
 *
 *     H3K4me3   on(z) · rise(z) · (bell((t − 385) / w) + 0.33 · bell((t + 400) / 0.8w) + floor)
 *     H3K27me3  r(z) · (domain + height · (bell((t − 200) / 2230) + floor))
 *     H3K36me3  r(z) · (1 / (1 + exp((1140 − t) / 500)) up to the end of the body, + floor)
 *     H3K4me1   on(z) · (bell((t + 1.8w) / 1.2w) + bell((t − 2.8w) / 1.6w) + floor)
 *     H3K9me3   a background that grows with activity in some cell types, and domains over some silent genes
 *
 * and the expected count of a bin
 *
 *     μ = depth_cm · mappability_g · shared_gc · gap(t) · local(t) · (background_m + enrichment_cm · gain_gcm · signal)
 *
 * in which gap is the place without nucleosomes at active promoters, and local a log-normal factor that changes along the
 * window. A read starts in a bin by a negative binomial distribution of mean μ / 1.35 and also counts in the next bin with
 * probability 0.35, since it is 36 bases long. Windows run along the genome: they are not flipped for genes on the minus
 * strand, whose bodies are on the left.
 *
 * **DNA**, with the option `sequences`. Letters around the TSS, in the direction of transcription, are a chain in which
 * each depends on the one before it, with CpG islands at promoters and copies of three repeats away from them. Six motifs
 * are planted at random genes near the TSS, of which one is a decoy without effect. What the sites of a gene add, a number
 * r_g of mean 0 and variance 1, is a part of the level that the marks do not show:
 *
 *     level_gc = √v · z_gc + √(h − e) · h_g + √e · r_g + …               e: sequences.effect
 *
 * With e = 0 the DNA says nothing: islands then lie at genes without regard to activity, too.
 *
 * **Calibration.** All figures were fitted to statistics of real data: those of RPKM to Roadmap's table of expression, those
 * of the marks to counts of two of its cell types at 600 genes. docs/simulator.md sets each statistic beside the real one;
 * {@linkcode measureStatistics} measures it, and `simulate --compare` prints it for other data. Neighbouring genes, copy
 * number along a chromosome and errors of a laboratory, such as exchanged samples, are not modelled.
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
export type { MarkTruth } from "./mark_truth.ts";
export {
  type SequenceSettings,
  SIMULATED_EXPRESSIONS,
  SIMULATED_FEATURES,
  type SimulatedExpression,
  type SimulatedFeatures,
  type SimulatedSequenceOptions,
  type SimulationOptions,
  type SimulationSettings,
} from "./options.ts";
export {
  simulate,
  type SimulatedBlock,
  type SimulatedLabel,
  type SimulatedRow,
  type Simulation,
  type SimulationTruth,
} from "./simulation.ts";
export { SIMULATED_MOTIFS, type SimulatedMotif } from "./sequence/motifs.ts";
export type { Span } from "./sequence/background.ts";
export type { SimulatedSequence } from "./sequence/sequence.ts";
export type { PlantedMotif, PlantedSite, SequenceTruth } from "./sequence/truth.ts";
export { type SimulationProgress, writeSimulation, type WriteSimulationOptions } from "./write.ts";
export { type ComparisonTableOptions, formatComparison } from "./statistics/format_comparison.ts";
export { measureLabels } from "./statistics/label_statistics.ts";
export { holdsCounts, measureStatistics } from "./statistics/measure.ts";
export {
  type ComparedStatistic,
  compareStatistics,
  type Statistic,
} from "./statistics/statistic.ts";
