/** What the checks look at, gathered in one pass over the signal. */

import type { SampleColumns } from "../../io/columns.ts";
import { hashValue } from "./_hash.ts";

/** One mark in one cell type. */
export interface TrackStatistics {
  readonly cellType: string;
  readonly mark: string;
  /** Genes that the cell type has. */
  readonly samples: number;
  readonly mean: number;
  readonly least: number;
  readonly largest: number;
  /** Number of values above zero. */
  readonly positive: number;
  /** Largest integer that divides every value; 0 if all are zero, `undefined` if some are no integers. */
  readonly divisor: number | undefined;
  /** Mean of each bin, `[bin]`. */
  readonly profile: Float64Array;
  /** Sum of ln(1 + x) over the bins of each gene of the data, NaN for those that it lacks, `[gene]`. */
  readonly levels: Float64Array;
  /** Of genes, bins and values; the same whatever the order of the genes. */
  readonly fingerprint: string;
}

/** Tracks of all cell types, `[cellType, mark]` row-major. */
export function gatherStatistics(columns: SampleColumns): TrackStatistics[] {
  const { signal, cellTypes, cellTypeIndex, genes, geneIndex, bins, record: { marks } } = columns;
  const size = bins * marks.length;
  const tracks = cellTypes.flatMap((cellType) =>
    marks.map((mark) => new TrackCollector(cellType, mark, { bins, genes: genes.length }))
  );
  for (let row = 0; row < geneIndex.length; row++) {
    for (let mark = 0; mark < marks.length; mark++) {
      const track = tracks[cellTypeIndex[row] * marks.length + mark];
      track.startGene(geneIndex[row]);
      for (let bin = 0, at = row * size + mark; bin < bins; bin++, at += marks.length) {
        track.add(bin, signal[at]);
      }
    }
  }
  return tracks.map((track) => track.finish()).filter(({ samples }) => samples > 0);
}

class TrackCollector {
  readonly #names: { readonly cellType: string; readonly mark: string };
  readonly #sums: Float64Array;
  readonly #levels: Float64Array;
  #gene = 0;
  #samples = 0;
  #least = Infinity;
  #largest = -Infinity;
  #positive = 0;
  #divisor: number | undefined = 0;
  #hashes: [number, number] = [0, 0];

  constructor(cellType: string, mark: string, size: { bins: number; genes: number }) {
    this.#names = { cellType, mark };
    this.#sums = new Float64Array(size.bins);
    this.#levels = new Float64Array(size.genes).fill(NaN);
  }

  startGene(gene: number): void {
    this.#gene = gene;
    this.#levels[gene] = 0;
    this.#samples++;
  }

  add(bin: number, value: number): void {
    this.#sums[bin] += value;
    if (value < this.#least) this.#least = value;
    if (value > this.#largest) this.#largest = value;
    if (value === 0) return;
    this.#positive++;
    this.#levels[this.#gene] += Math.log1p(value);
    if (this.#divisor !== undefined && this.#divisor !== 1) {
      this.#divisor = Number.isInteger(value) ? commonDivisor(value, this.#divisor) : undefined;
    } else if (this.#divisor === 1 && !Number.isInteger(value)) this.#divisor = undefined;
    const place = this.#gene * this.#sums.length + bin;
    this.#hashes[0] = (this.#hashes[0] + hashValue(place, value, 1)) >>> 0;
    this.#hashes[1] = (this.#hashes[1] + hashValue(place, value, 2)) >>> 0;
  }

  finish(): TrackStatistics {
    const profile = this.#sums.map((sum) => sum / this.#samples);
    return {
      ...this.#names,
      samples: this.#samples,
      mean: profile.reduce((sum, value) => sum + value, 0) / profile.length,
      least: this.#least,
      largest: this.#largest,
      positive: this.#positive,
      divisor: this.#divisor,
      profile,
      levels: this.#levels,
      fingerprint: `${this.#samples} ${this.#hashes.join(" ")}`,
    };
  }
}

function commonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
