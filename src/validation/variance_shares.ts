import type { Dataset } from "../data/dataset.ts";
import { cellTypeGroupIndices, geneGroupIndices } from "../data/sample_groups.ts";

/** A determinant below this part of the cubed number of labels is that of equations that depend on each other. */
const SINGULAR = 1e-9;
/** A component below this part of the sum of all squares is the rounding of float64. */
const ROUNDING = 1e-12;

/** The parts of a variance, in squared units of the label or as shares of their sum. */
export interface VarianceComponents {
  /** Between genes: what a gene's labels have in common in all cell types. */
  readonly genes: number;
  /** Between cell types: what the labels of a cell type have in common in all genes. */
  readonly cellTypes: number;
  /** What is neither: how a gene differs between cell types, and the error of the measurement. */
  readonly rest: number;
}

/** Where the variance of labels lies, made by {@linkcode varianceShares}. */
export interface VarianceShares {
  /** Number of labels; those of replicates, and of a gene's transcripts, count as one, their mean. */
  readonly labels: number;
  /** Number of genes that have labels. */
  readonly genes: number;
  /** Number of cell types that have labels. */
  readonly cellTypes: number;
  /** Variance of the labels, with n − 1 in the denominator; 0 for one label. */
  readonly variance: number;
  /**
   * Its components; a negative estimate counts as 0. Absent where they cannot be told apart: if there is one gene or
   * one cell type, or no cell type shares genes with another.
   */
  readonly components?: VarianceComponents;
  /** The components as shares of their sum, which is 1. Absent with them, and for labels that are all the same. */
  readonly shares?: VarianceComponents;
  /** Share of the samples whose label is 0, from 0 to 1. */
  readonly zeroShare: number;
  /** Share of the samples that have the label of another sample, from 0 to 1. */
  readonly tiedShare: number;
}

/**
 * Finds how much of the variance of labels lies between genes, between cell types, and in the rest. The larger the part
 * between genes, the more does a model gain that knows the labels of the trained genes, and the less can any model learn
 * of what distinguishes cell types.
 *
 * The label of a gene in a cell type is taken for the sum of a mean, an effect of the gene, an effect of the cell type,
 * and a rest, the last three random and independent. Their variances are estimated by the method of moments from the
 * sums of squares of the two-way analysis, whose table may have gaps (Henderson 1953, "Estimation of variance and
 * covariance components", Biometrics 9:226, method 1; Searle, Casella and McCulloch 1992, Variance Components,
 * chapter 5). That of few cell types is uncertain: of four its standard error is about 0.8 of itself.
 *
 * @param data Labelled samples.
 * @returns The components and shares, and how many labels are 0 or tied.
 * @throws {ContractError} If there are no labels.
 * @throws {RangeError} If there are no samples.
 *
 * @example Genes that differ by as much as their cell types
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { varianceShares } from "@waka/histone/validation";
 * import { strictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 3, genes: 4, bins: 2 });
 * const labels = Float64Array.from(train.labels!, (_, sample) =>
 *   train.geneIndex[sample]! + train.cellTypeIndex[sample]!);
 * const { components } = varianceShares(new Dataset({ ...train, labels }));
 * strictEqual(components!.cellTypes, 1); // variance of 0, 1, 2
 * strictEqual(components!.rest, 0);
 * ```
 */
export function varianceShares(data: Dataset): VarianceShares {
  const labels = data.labels();
  if (labels.length === 0) {
    throw new RangeError("Cannot find shares of variance: there are 0 samples, expected some");
  }
  const table = joinLabels(data, labels);
  const found = analyseVariance(table);
  const shares = found.components && shareComponents(found.components);
  return { ...found, ...(shares && { shares }), ...countTies(labels) };
}

/** Labels of a table of genes and cell types: at most one for each pair. */
export interface LabelTable {
  readonly values: Float64Array; // [label], minus their mean
  readonly geneOf: Uint32Array; // [label]
  readonly cellTypeOf: Uint32Array; // [label]
}

/** Divides components by their sum; `undefined` if that is 0. */
export function shareComponents(
  { genes, cellTypes, rest }: VarianceComponents,
): VarianceComponents | undefined {
  const sum = genes + cellTypes + rest;
  if (!(sum > 0)) return undefined;
  return { genes: genes / sum, cellTypes: cellTypes / sum, rest: rest / sum };
}

/** Takes the mean of a gene's labels in a cell type: of replicates, and of transcripts. */
function joinLabels(data: Dataset, labels: Float64Array): LabelTable {
  const [genes, cellTypes] = [geneGroupIndices(data), cellTypeGroupIndices(data)];
  const values = new Float64Array(labels.length);
  const [geneOf, cellTypeOf] = [new Uint32Array(labels.length), new Uint32Array(labels.length)];
  const counts = new Uint32Array(labels.length);
  // The place of a gene's label in each cell type; it is the gene's own if it is not before the gene's first.
  const placeOf = new Int32Array(data.columns.cellTypes.length).fill(-1);
  let length = 0;
  let firstOfGene = 0;
  for (const row of sortByLevel(genes)) {
    const [gene, cellType] = [genes[row]!, cellTypes[row]!];
    if (length > 0 && geneOf[length - 1] !== gene) firstOfGene = length;
    if (placeOf[cellType]! < firstOfGene) placeOf[cellType] = length++;
    const place = placeOf[cellType]!;
    geneOf[place] = gene;
    cellTypeOf[place] = cellType;
    values[place]! += (labels[row]! - values[place]!) / ++counts[place]!;
  }
  // Apart from the first, since the mean of equal labels may not round to them.
  const joined = values.subarray(0, length);
  subtract(joined, values[0]!);
  subtract(joined, joined.reduce((sum, value) => sum + value, 0) / length);
  return {
    values: joined,
    geneOf: geneOf.subarray(0, length),
    cellTypeOf: cellTypeOf.subarray(0, length),
  };
}

/** Takes a number from each value. */
function subtract(values: Float64Array, number: number): void {
  for (let i = 0; i < values.length; i++) values[i]! -= number;
}

/** The places of some levels, lowest level first. */
function sortByLevel(levelOf: Uint32Array): Uint32Array {
  const starts = new Uint32Array(countLevels(levelOf) + 1);
  for (const level of levelOf) starts[level + 1]!++;
  for (let level = 1; level < starts.length; level++) starts[level]! += starts[level - 1]!;
  const sorted = new Uint32Array(levelOf.length);
  for (const [place, level] of levelOf.entries()) sorted[starts[level]!++] = place;
  return sorted;
}

/** One more than the highest level. */
function countLevels(levelOf: Uint32Array): number {
  return levelOf.reduce((most, level) => Math.max(most, level + 1), 0);
}

/** What a table of labels says: all but what follows from the labels by themselves. */
type Analysis = Omit<VarianceShares, "shares" | "zeroShare" | "tiedShare">;

/** Equates the sums of squares between genes, between cell types and of the rest with what is expected of them. */
export function analyseVariance({ values, geneOf, cellTypeOf }: LabelTable): Analysis {
  const labels = values.length;
  const total = values.reduce((sum, value) => sum + value ** 2, 0);
  const [genes, betweenGenes, perGene] = sumSquares(values, geneOf);
  const [cellTypes, betweenCellTypes, perCellType] = sumSquares(values, cellTypeOf);
  const known = { labels, genes, cellTypes, variance: labels > 1 ? total / (labels - 1) : 0 };
  const rest = total - betweenGenes - betweenCellTypes;
  if (labels - genes - cellTypes + 1 < 1) return known;
  // What is expected of the sums of squares between genes, between cell types and of the rest, for each component. Each
  // mean of a gene's labels holds an n-th of n cell types' effects, so its squares hold their variance once.
  const solution = solve(
    [
      [labels - perGene, cellTypes - perGene, perGene - cellTypes],
      [genes - perCellType, labels - perCellType, perCellType - genes],
      [genes - 1, cellTypes - 1, labels - genes - cellTypes + 1],
    ],
    [betweenGenes, betweenCellTypes, rest],
    labels ** 3 * SINGULAR,
  );
  if (solution === undefined) return known;
  // What is left of rounding is not a component.
  const keep = (component: number) => component > ROUNDING * total ? component : 0;
  const [ofGenes, ofCellTypes, ofRest] = solution;
  return {
    ...known,
    components: { genes: keep(ofGenes), cellTypes: keep(ofCellTypes), rest: keep(ofRest) },
  };
}

/**
 * The number of levels, the sum of squares between them of values whose mean is 0, and the sum of the squared numbers of
 * values of the levels, divided by the number of values. It is no object for the reason in docs/decisions/shared-numbers.md.
 */
function sumSquares(
  values: Float64Array,
  levelOf: Uint32Array,
): readonly [levels: number, between: number, perLevel: number] {
  const size = countLevels(levelOf);
  const [sums, counts] = [new Float64Array(size), new Uint32Array(size)];
  for (const [place, value] of values.entries()) {
    sums[levelOf[place]!]! += value;
    counts[levelOf[place]!]!++;
  }
  let [levels, between, squares] = [0, 0, 0];
  for (const [level, count] of counts.entries()) {
    if (count === 0) continue;
    levels++;
    between += sums[level]! ** 2 / count;
    squares += count ** 2;
  }
  return [levels, between, squares / values.length];
}

type Vector = readonly [number, number, number];

/** Solves three equations by Cramer's rule; `undefined` if their determinant is not above `least`. */
function solve(
  [x, y, z]: readonly [Vector, Vector, Vector],
  right: Vector,
  least: number,
): Vector | undefined {
  const whole = determinant(x, y, z);
  if (!(Math.abs(whole) > least)) return undefined;
  return [
    determinant(right, y, z) / whole,
    determinant(x, right, z) / whole,
    determinant(x, y, right) / whole,
  ];
}

/** The determinant of three columns. */
function determinant([a, b, c]: Vector, [d, e, f]: Vector, [g, h, i]: Vector): number {
  return a * (e * i - f * h) + b * (f * g - d * i) + c * (d * h - e * g);
}

function countTies(labels: Float64Array): Pick<VarianceShares, "zeroShare" | "tiedShare"> {
  const sorted = labels.toSorted();
  const { length } = sorted;
  let [zeros, tied] = [0, 0];
  for (const [place, label] of sorted.entries()) {
    // −0 is 0.
    if (label === 0) zeros++;
    if (label === sorted[place - 1] || label === sorted[place + 1]) tied++;
  }
  return { zeroShare: zeros / length, tiedShare: tied / length };
}
