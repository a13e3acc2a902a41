import { fillArray } from "../base/arrays.ts";
import type { Dataset } from "../data/dataset.ts";
import { cellTypeGroupIndices, joinReplicates } from "../data/sample_groups.ts";
import { ContractError } from "../errors.ts";
import { geneKey } from "../gene_id.ts";
import type { GeneEffects } from "../model/gene_effects.ts";

/**
 * Fits gene effects: the part of each gene's expression that a network does not explain, the label minus the
 * prediction, averaged over the cell types and shrunk towards zero. A part of a gene's expression is the same in every
 * cell type and does not show in its histone marks; for a gene that was trained on, the training labels reveal it.
 *
 * The effect of a gene with n samples whose residuals have mean m is the best linear unbiased prediction of a random
 * effect (Robinson 1991, "That BLUP is a good thing", Statistical Science 6:15),
 *
 *     n / (n + σ²_within / σ²_between) · (m − μ)
 *
 * where μ is the mean of the genes' means, each weighted by 1 / (σ²_between + σ²_within / n). It is small: the error
 * that a constant learning rate and dropout leave in the intercept. It is added for genes that were not trained on,
 * too.
 *
 * The variances are estimated by the method of moments from the one-way analysis of variance, which need not be
 * balanced (Henderson 1953, "Estimation of variance and covariance components", Biometrics 9:226, method 1; Searle,
 * Casella and McCulloch 1992, Variance Components, section 3.6). A negative σ²_between counts as 0. Then all effects
 * are 0; also if no gene has two samples, without which the two variances cannot be told apart.
 *
 * Replicates of one cell type count as one sample, with the mean of their residuals.
 *
 * Effects are fitted to all of `data`, so it must not include samples that a model is measured on. For the training
 * samples themselves use {@linkcode leaveOneOutEffects}.
 *
 * @param data The labelled samples that the network was trained on.
 * @param predicted The network's own predictions of them, `[position]`.
 * @returns Effects by gene, their mean and the two variances.
 * @throws {ContractError} If the data have no labels.
 * @throws {TypeError} If the number of predictions is not that of the samples.
 *
 * @example Genes that differ
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fitGeneEffects } from "@waka/histone/training";
 * import { ok } from "node:assert";
 *
 * const size = { cellTypes: 20, genes: 300, bins: 2 };
 * const { train } = simulateColumns({ ...size, expressionTransform: "log2p1" });
 * const data = new Dataset(train);
 * const { betweenVariance } = fitGeneEffects(data, new Float32Array(data.length));
 * ok(betweenVariance > 2); // 71% of the variance of log2(RPKM + 1), 4.4, lie between genes
 * ```
 */
export function fitGeneEffects(data: Dataset, predicted: ArrayLike<number>): GeneEffects {
  const { columns } = data;
  const sums = sumByGene(residualsOf(data, predicted));
  const model = estimateModel(sums);
  const present = [...columns.genes.keys()].filter((gene) => sums.counts[gene]! > 0);
  return {
    genes: present.map((gene) => columns.genes[gene]!),
    effects: Float32Array.from(present, (gene) => shrunkEffect(sums, gene, model)),
    ...model,
  };
}

/**
 * Finds the effect of each training sample's gene without the sample's own cell type: each is that which
 * {@linkcode fitGeneEffects} would have found had that cell type, with all of its replicates, not been in `data`, with
 * other variances too. So a sample's label does not enter its own effect. This shows from training samples alone how well the effects do in a new
 * cell type, except that `predicted` comes from a network that has seen the label.
 *
 * @param data The labelled samples that the network was trained on.
 * @param predicted The network's own predictions of them, `[position]`.
 * @returns The mean plus the effect of each sample's gene, `[position]`; the mean for a gene that no other cell type
 * has.
 * @throws As `fitGeneEffects` does.
 *
 * @example With a single cell type, a gene's own label is all that is known
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { leaveOneOutEffects } from "@waka/histone/training";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 1, genes: 3, newGenes: 1, bins: 2 }).train);
 * deepStrictEqual([...leaveOneOutEffects(data, new Float32Array(3))], [0, 0, 0]);
 * ```
 */
export function leaveOneOutEffects(
  data: Dataset,
  predicted: ArrayLike<number>,
): Float32Array<ArrayBuffer> {
  const residuals = residualsOf(data, predicted);
  const [geneOfRow, cellTypeOfRow] = [data.geneIndices(), cellTypeGroupIndices(data)];
  const effects = new Float32Array(data.length);
  for (const cellType of new Set(cellTypeOfRow)) {
    const sums = sumByGene(residuals, cellType);
    const model = estimateModel(sums);
    for (let row = 0; row < effects.length; row++) {
      if (cellTypeOfRow[row] !== cellType) continue;
      // Rounded as in fitGeneEffects.
      effects[row] = model.mean + Math.fround(shrunkEffect(sums, geneOfRow[row]!, model));
    }
  }
  return effects;
}

/**
 * Looks up the mean plus the effect of each sample's gene, which are added to the network's predictions.
 *
 * @param effects What {@linkcode fitGeneEffects} returned.
 * @param data The samples; genes are recognised by `geneKey` of their ids, labels are not used.
 * @returns One value per sample, `[position]`; the mean for a gene that was not trained on.
 *
 * @example A new gene has the mean
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fitGeneEffects, geneEffectsOf } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const { train, eval: test } = simulateColumns({ cellTypes: 3, genes: 20, newGenes: 1, bins: 2 });
 * const [data, others] = [new Dataset(train), new Dataset(test)];
 * const effects = fitGeneEffects(data, new Float32Array(data.length));
 * const isNew = (position: number) => !train.genes.includes(others.geneOf(position));
 * const position = [...others.rows.keys()].find(isNew)!;
 * strictEqual(geneEffectsOf(effects, others)[position], Math.fround(effects.mean));
 * ```
 */
export function geneEffectsOf(
  { genes, effects, mean }: GeneEffects,
  data: Dataset,
): Float32Array<ArrayBuffer> {
  const places = new Map(genes.map((gene, place) => [geneKey(gene), place]));
  const placeOfGene = data.columns.genes.map((gene) => places.get(geneKey(gene)));
  const geneOf = data.geneIndices();
  return fillArray(new Float32Array(data.length), (position) => {
    const place = placeOfGene[geneOf[position]!];
    return place === undefined ? mean : mean + effects[place]!;
  });
}

/**
 * Counts the genes of a data set that a model has effects for.
 *
 * @param effects What {@linkcode fitGeneEffects} returned.
 * @param data The samples.
 * @returns The number of genes that the model knows, and of all genes of the samples.
 *
 * @example Three new genes
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { countKnownGenes, fitGeneEffects } from "@waka/histone/training";
 * import { deepStrictEqual } from "node:assert";
 *
 * const { train, eval: test } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 3, bins: 2 });
 * const data = new Dataset(train);
 * const effects = fitGeneEffects(data, new Float32Array(data.length));
 * deepStrictEqual(countKnownGenes(effects, new Dataset(test)), { known: 8, genes: 11 });
 * ```
 */
export function countKnownGenes(
  { genes }: Pick<GeneEffects, "genes">,
  data: Dataset,
): { readonly known: number; readonly genes: number } {
  const keys = new Set(genes.map(geneKey));
  const asked = [...new Set(data.geneIndices())].map((gene) => geneKey(data.columns.genes[gene]!));
  return { known: asked.filter((key) => keys.has(key)).length, genes: asked.length };
}

/** The labels minus the predictions, with the gene and the cell type of each; replicates' mean is one value. */
interface Residuals {
  readonly values: Float64Array; // [value]
  readonly geneOfValue: Uint32Array; // [value]
  readonly cellTypeOfValue: Uint32Array; // [value]
  /** Number of genes of the columns, whether they have samples or not. */
  readonly genes: number;
}

/** Number and mean of each gene's residuals, and the sum of their squared deviations over all genes. */
interface GeneSums {
  readonly counts: Uint32Array; // [gene]
  readonly means: Float64Array; // [gene]
  readonly squaresWithin: number;
}

/** The two components of the residuals' variance. */
type Variances = Pick<GeneEffects, "betweenVariance" | "withinVariance">;

/** What all genes have in common. */
type EffectModel = Variances & Pick<GeneEffects, "mean">;

function residualsOf(data: Dataset, predicted: ArrayLike<number>): Residuals {
  const values = data.labels();
  if (predicted.length !== values.length) {
    throw new TypeError(
      `Cannot fit gene effects: found ${predicted.length} predictions, expected ${values.length}, ` +
        `one for each sample`,
    );
  }
  for (let row = 0; row < values.length; row++) values[row]! -= predicted[row]!;
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new ContractError(
      `Cannot fit gene effects: prediction ${bad} is ${predicted[bad]}, expected a finite number`,
    );
  }
  const { positions, columns: [joined = values] } = joinReplicates(data, [values]);
  const at = (indices: Uint32Array) => positions.map((row) => indices[row]!);
  return {
    values: joined,
    geneOfValue: at(data.geneIndices()),
    cellTypeOfValue: at(cellTypeGroupIndices(data)),
    genes: data.columns.genes.length,
  };
}

/** Sums up all values, or those of all cell types but one. */
function sumByGene(
  { values, geneOfValue, cellTypeOfValue, genes }: Residuals,
  leftOut?: number,
): GeneSums {
  const counts = new Uint32Array(genes);
  const means = new Float64Array(genes);
  let squaresWithin = 0;
  for (let row = 0; row < values.length; row++) {
    if (cellTypeOfValue[row] === leftOut) continue;
    // Welford 1962, Technometrics 4:419.
    const gene = geneOfValue[row]!;
    const apart = values[row]! - means[gene]!;
    means[gene]! += apart / ++counts[gene]!;
    squaresWithin += apart * (values[row]! - means[gene]!);
  }
  return { counts, means, squaresWithin };
}

function estimateModel(sums: GeneSums): EffectModel {
  const { counts, means } = sums;
  const variances = estimateVariances(sums);
  const { betweenVariance, withinVariance } = variances;
  const unknown = betweenVariance + withinVariance === 0;
  let [sum, total] = [0, 0];
  counts.forEach((count, gene) => {
    const weight = unknown ? count : count / (count * betweenVariance + withinVariance);
    sum += count === 0 ? 0 : weight * means[gene]!;
    total += count === 0 ? 0 : weight;
  });
  return { mean: total === 0 ? 0 : sum / total, ...variances };
}

function estimateVariances({ counts, means, squaresWithin }: GeneSums): Variances {
  let [genes, samples, sumSquaredCounts, sum] = [0, 0, 0, 0];
  counts.forEach((count, gene) => {
    genes += count > 0 ? 1 : 0;
    samples += count;
    sumSquaredCounts += count * count;
    sum += count * means[gene]!;
  });
  if (genes < 2 || samples === genes) return { betweenVariance: 0, withinVariance: 0 };
  const overall = sum / samples;
  let squaresBetween = 0;
  counts.forEach((count, gene) => squaresBetween += count * (means[gene]! - overall) ** 2);
  const withinVariance = squaresWithin / (samples - genes);
  // The expected mean square between genes is σ²_within + perGene · σ²_between.
  const perGene = (samples - sumSquaredCounts / samples) / (genes - 1);
  const excess = squaresBetween / (genes - 1) - withinVariance;
  return { betweenVariance: Math.max(0, excess / perGene), withinVariance };
}

function shrunkEffect(
  { counts, means }: GeneSums,
  gene: number,
  { mean, betweenVariance, withinVariance }: EffectModel,
): number {
  if (betweenVariance === 0 || counts[gene] === 0) return 0;
  const known = betweenVariance * counts[gene]!;
  return known / (known + withinVariance) * (means[gene]! - mean);
}
