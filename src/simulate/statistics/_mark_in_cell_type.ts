import type { Dataset } from "../../data/dataset.ts";

/** The counts of one mark in one cell type. */
export interface MarkInCellType {
  /** Mean count of a bin. */
  readonly mean: number;
  /** Standard deviation of a bin's count. */
  readonly deviation: number;
  /** Share of bins without a read. */
  readonly empty: number;
  /** Mean count, `[bin]`. */
  readonly profile: Float64Array;
  /** ln(1 + mean count of the window), `[gene]`. */
  readonly levels: Float64Array;
  /** Half the mean squared difference of neighbouring bins, divided by the mean count: 1 if bins were Poisson numbers. */
  readonly neighbours: number;
  /** Autocorrelation of ln(1 + count) along a window, after the gene's mean and the bin's are taken away. */
  readonly autocorrelationAt: (lag: number) => number;
}

/** Measures a mark in one cell type: at the given positions of a data set of counts. */
export function measureSample(
  data: Dataset,
  positions: Uint32Array,
  mark: number,
): MarkInCellType {
  const { bins, marks: { length: marks } } = data;
  const counts = new Float64Array(positions.length * bins); // [gene, bin]
  positions.forEach((position, gene) => {
    const signal = data.countsOf(position);
    for (let bin = 0; bin < bins; bin++) counts[gene * bins + bin] = signal[bin * marks + mark]!;
  });
  const profile = new Float64Array(bins);
  const [mean, squares, empty] = measureCounts(counts, profile);
  const logarithms = centre(counts.map(Math.log1p), bins);
  return {
    mean,
    deviation: Math.sqrt(Math.max(0, squares - mean * mean)),
    empty,
    profile,
    levels: Float64Array.from(positions, (_, gene) => levelOf(counts, gene, bins)),
    neighbours: compareNeighbours(counts, bins) / mean,
    autocorrelationAt: (lag) => autocorrelate(logarithms, bins, lag),
  };
}

/**
 * Adds up the mean profile, and returns the mean, the mean square and the share of 0. They are no object for the reason in
 * docs/decisions/shared-numbers.md.
 */
function measureCounts(
  counts: Float64Array,
  profile: Float64Array,
): readonly [mean: number, meanSquare: number, empty: number] {
  const { length: bins } = profile;
  const genes = counts.length / bins;
  let sum = 0;
  let squares = 0;
  let empty = 0;
  for (const [i, count] of counts.entries()) {
    sum += count;
    squares += count * count;
    if (count === 0) empty++;
    profile[i % bins]! += count / genes;
  }
  return [sum / counts.length, squares / counts.length, empty / counts.length];
}

function levelOf(counts: Float64Array, gene: number, bins: number): number {
  let sum = 0;
  for (let i = gene * bins; i < (gene + 1) * bins; i++) sum += counts[i]!;
  return Math.log1p(sum / bins);
}

function compareNeighbours(counts: Float64Array, bins: number): number {
  let sum = 0;
  let pairs = 0;
  for (let i = 1; i < counts.length; i++) {
    if (i % bins === 0) continue;
    sum += (counts[i]! - counts[i - 1]!) ** 2 / 2;
    pairs++;
  }
  return sum / pairs;
}

/** Takes the mean of each gene, and then that of each bin, from a table `[gene, bin]`. */
function centre(values: Float64Array, bins: number): Float64Array {
  const genes = values.length / bins;
  const ofGenes = new Float64Array(genes);
  for (const [i, value] of values.entries()) ofGenes[Math.floor(i / bins)]! += value / bins;
  const own = values.map((value, i) => value - ofGenes[Math.floor(i / bins)]!);
  const ofBins = new Float64Array(bins);
  for (const [i, value] of own.entries()) ofBins[i % bins]! += value / genes;
  return own.map((value, i) => value - ofBins[i % bins]!);
}

function autocorrelate(values: Float64Array, bins: number, lag: number): number {
  let products = 0;
  let pairs = 0;
  let squares = 0;
  for (const [i, value] of values.entries()) {
    squares += value * value;
    if (i % bins < lag) continue;
    products += value * values[i - lag]!;
    pairs++;
  }
  return (products / pairs) / (squares / values.length);
}
