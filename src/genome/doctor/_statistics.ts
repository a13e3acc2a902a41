/** The statistics that the checks use, collected in one pass over the signal. */

import type { SampleColumns } from "../../io/columns.ts";
import { signalOfRow } from "../../io/stored_rows.ts";
import { countFunction } from "./_counts.ts";
import { hashColumns } from "./_hash.ts";

/** Number of equally large groups of genes. */
const GENE_GROUPS = 8;

/** One mark in one cell type. */
export interface TrackStatistics {
  readonly cellType: string;
  /** The group of the cell type, which it shares with its replicates. */
  readonly group: string;
  readonly mark: string;
  /** Number of genes that the cell type has. */
  readonly samples: number;
  readonly mean: number;
  readonly least: number;
  readonly largest: number;
  /** Number of values above zero. */
  readonly positive: number;
  /** Number of genes with a value other than zero, `[bin]`. */
  readonly filled: Uint32Array;
  /** Number of genes with any signal. */
  readonly present: number;
  /** Number of genes with signal that is the same in every bin. */
  readonly flat: number;
  /** Largest integer that divides every value; 0 if all are zero, `undefined` if some are not integers. */
  readonly divisor: number | undefined;
  /** Mean of each bin, `[bin]`. */
  readonly profile: Float64Array;
  /** Sum of each bin over each of {@linkcode GENE_GROUPS} groups of genes, which show how certain a profile is. */
  readonly groupProfiles: readonly Float64Array[];
  /** Sum of ln(1 + x) over the bins of each gene of the data, `[gene]`; NaN for genes that the cell type lacks. */
  readonly levels: Float64Array;
  /** Sum of ln(1 + x) over the fifth of the window around the TSS, `[gene]`. */
  readonly centres: Float64Array;
  /**
   * The share of the variance of `levels` over genes that is not noise of the counts, 0 to 1. It is computed from the
   * correlation of odd with even bins, by the formula of Spearman and Brown (1910).
   */
  readonly reliability: number;
  /** A fingerprint of the sums over genes and bins, which is equal for tracks with the same values. */
  readonly fingerprint: string;
}

/** Computes the statistics of all tracks that were measured, in the order `[cellType, mark]`. */
export function gatherStatistics(columns: SampleColumns): TrackStatistics[] {
  const { signal, cellTypes, cellTypeIndex, genes, geneIndex, bins, record: { marks } } = columns;
  const { cellTypeGroups = cellTypes, markMask } = columns;
  const size = bins * marks.length;
  const tracks = cellTypes.flatMap((cellType, place) => {
    const group = cellTypeGroups[place]!;
    return marks.map((mark) =>
      new TrackCollector({ cellType, group, mark }, { bins, genes: genes.length })
    );
  });
  const values = new Float64Array(bins);
  const toCount = countFunction(columns);
  for (const [row, gene] of geneIndex.entries()) {
    const firstTrack = cellTypeIndex[row]! * marks.length;
    const own = signalOfRow(signal, row, size);
    for (let mark = 0; mark < marks.length; mark++) {
      for (let bin = 0, at = mark; bin < bins; bin++, at += marks.length) {
        values[bin] = toCount(own[at]!);
      }
      tracks[firstTrack + mark]?.addGene(gene, values);
    }
  }
  return tracks.filter((_, track) => markMask?.[track] !== 0)
    .map((track) => track.finish()).filter(({ samples }) => samples > 0);
}

/** The range of bins in the fifth of the window around the TSS: the first bin, and the bin after the last. */
export function centreBins(bins: number): readonly [number, number] {
  return [Math.floor(0.4 * bins), Math.ceil(0.6 * bins)];
}

/** ln(1 + x) of small counts. */
const LOGARITHMS = Float64Array.from({ length: 1024 }, (_, count) => Math.log1p(count));

/** ln(1 + x); for negative values, which ratios have, −ln(1 − x). */
function logarithmOf(value: number): number {
  if ((value & 1023) === value) return LOGARITHMS[value]!;
  return value < 0 ? -Math.log1p(-value) : Math.log1p(value);
}

type TrackNames = Pick<TrackStatistics, "cellType" | "group" | "mark">;

class TrackCollector {
  readonly #names: TrackNames;
  /** The sums over each group of genes, `[group][bin]`. */
  readonly #sums: readonly Float64Array[];
  readonly #levels: Float64Array;
  readonly #centres: Float64Array;
  readonly #filled: Uint32Array;
  readonly #centre: readonly [number, number];
  readonly #halves = new HalvesCollector();
  #samples = 0;
  #least = Infinity;
  #largest = -Infinity;
  #positive = 0;
  #present = 0;
  #flat = 0;
  #divisor: number | undefined = 0;

  constructor(names: TrackNames, size: { bins: number; genes: number }) {
    this.#names = names;
    this.#sums = Array.from({ length: GENE_GROUPS }, () => new Float64Array(size.bins));
    this.#levels = new Float64Array(size.genes).fill(NaN);
    this.#centres = new Float64Array(size.genes).fill(NaN);
    this.#filled = new Uint32Array(size.bins);
    this.#centre = centreBins(size.bins);
  }

  addGene(gene: number, values: Float64Array): void {
    const [from, to] = this.#centre;
    const sums = this.#sums[this.#samples % GENE_GROUPS]!;
    let [even, odd, centre] = [0, 0, 0];
    let [least, largest] = [Infinity, -Infinity];
    for (let bin = 0; bin < values.length; bin++) {
      const value = values[bin]!;
      if (value < least) least = value;
      if (value > largest) largest = value;
      if (value === 0) continue;
      sums[bin]! += value;
      this.#filled[bin]!++;
      this.#addValue(value);
      const logarithm = logarithmOf(value);
      if ((bin & 1) === 0) even += logarithm;
      else odd += logarithm;
      if (bin >= from && bin < to) centre += logarithm;
    }
    this.#samples++;
    if (largest > 0) this.#present++;
    if (largest > 0 && least === largest) this.#flat++;
    this.#least = Math.min(this.#least, least);
    this.#largest = Math.max(this.#largest, largest);
    this.#levels[gene] = even + odd;
    this.#centres[gene] = centre;
    this.#halves.add(even, odd);
  }

  #addValue(value: number): void {
    if (value > 0) this.#positive++;
    if (this.#divisor !== undefined && this.#divisor !== 1) {
      this.#divisor = Number.isInteger(value) ? commonDivisor(value, this.#divisor) : undefined;
    } else if (this.#divisor === 1 && !Number.isInteger(value)) this.#divisor = undefined;
  }

  finish(): TrackStatistics {
    const total = Float64Array.from(
      this.#filled,
      (_, bin) => this.#sums.reduce((sum, group) => sum + group[bin]!, 0),
    );
    const profile = total.map((sum) => sum / this.#samples);
    return {
      ...this.#names,
      samples: this.#samples,
      mean: profile.reduce((sum, value) => sum + value, 0) / profile.length,
      least: this.#least,
      largest: this.#largest,
      positive: this.#positive,
      filled: this.#filled,
      present: this.#present,
      flat: this.#flat,
      divisor: this.#divisor,
      profile,
      groupProfiles: this.#sums,
      levels: this.#levels,
      centres: this.#centres,
      reliability: this.#halves.reliability(),
      fingerprint: hashColumns([this.#levels, this.#centres, total]),
    };
  }
}

/** Accumulates the correlation, over genes, of the even with the odd bins. */
class HalvesCollector {
  #count = 0;
  #even = 0;
  #odd = 0;
  #evenSquares = 0;
  #oddSquares = 0;
  #products = 0;

  add(even: number, odd: number): void {
    this.#count++;
    this.#even += even;
    this.#odd += odd;
    this.#evenSquares += even * even;
    this.#oddSquares += odd * odd;
    this.#products += even * odd;
  }

  reliability(): number {
    const covariance = this.#products - this.#even * this.#odd / this.#count;
    const even = this.#evenSquares - this.#even ** 2 / this.#count;
    const odd = this.#oddSquares - this.#odd ** 2 / this.#count;
    const correlation = even * odd > 0 ? covariance / Math.sqrt(even * odd) : 0;
    return correlation > 0 ? 2 * correlation / (1 + correlation) : 0;
  }
}

function commonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
