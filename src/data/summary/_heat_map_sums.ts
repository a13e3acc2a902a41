/** Adds up the signal of some genes over the cell types, for heat maps. */

import { chooseGenes } from "./_choose_genes.ts";
import { groupBins, type GroupedAxis } from "./_columns_of_bins.ts";
import type { HeatMaps } from "./types.ts";

const MOST_GENES = 2000;
const MOST_COLUMNS = 100;
const MOST_ROWS = 150;
/** Sums that are kept at most; 16 MB of them. With many marks, fewer genes are shown. */
const MOST_SUMS = 2 ** 21;

/** What the samples of {@linkcode HeatMapSums} are of. */
export interface HeatMapAxes {
  readonly bins: number;
  readonly marks: number;
  readonly genes: readonly string[];
}

/** Adds up samples of genes, one after another. */
export class HeatMapSums {
  readonly #marks: number;
  readonly #columns: GroupedAxis;
  readonly #places: Int32Array;
  readonly #genes: number;
  /** `[gene, column, mark]`. */
  readonly #sums: Float64Array;
  /** Number of cell types in which a mark was measured, `[gene, mark]`. */
  readonly #counts: Float64Array;
  readonly #labels: Float64Array;
  readonly #labelled: Uint32Array;

  constructor({ bins, marks, genes }: HeatMapAxes) {
    this.#marks = marks;
    this.#columns = groupBins(bins, MOST_COLUMNS);
    const most = Math.floor(MOST_SUMS / (this.#columns.count * marks));
    const { places, count } = chooseGenes(genes, Math.max(1, Math.min(MOST_GENES, most)));
    this.#places = places;
    this.#genes = count;
    this.#sums = new Float64Array(count * this.#columns.count * marks);
    this.#counts = new Float64Array(count * marks);
    this.#labels = new Float64Array(count);
    this.#labelled = new Uint32Array(count);
  }

  /** Adds the counts of a sample, `[bin, mark]` row-major, and its label, if its gene was chosen. */
  add(
    gene: number,
    counts: Float64Array,
    { isMeasured, label }: { readonly isMeasured: Uint8Array; readonly label: number | undefined },
  ): void {
    const place = this.#places[gene]!;
    if (place < 0) return;
    const { ofBin, count } = this.#columns;
    const marks = this.#marks;
    for (let mark = 0; mark < marks; mark++) {
      if (isMeasured[mark] === 0) continue;
      this.#counts[place * marks + mark]!++;
      for (let bin = 0; bin < ofBin.length; bin++) {
        this.#sums[(place * count + ofBin[bin]!) * marks + mark]! += counts[bin * marks + mark]!;
      }
    }
    if (label === undefined) return;
    this.#labels[place]! += label;
    this.#labelled[place]!++;
  }

  finish(): HeatMaps {
    const used = Array.from({ length: this.#genes }, (_, place) => place)
      .filter((place) => this.#hasSamples(place));
    const isLabelled = this.#labelled.some((count) => count > 0);
    const sorted = this.#sort(used, isLabelled);
    const rows = Math.min(sorted.length, MOST_ROWS);
    return {
      genes: sorted.length,
      order: isLabelled ? "label" : "signal",
      rows,
      columns: this.#columns,
      marks: Array.from({ length: this.#marks }, (_, mark) => this.#rowsOf(mark, sorted, rows)),
    };
  }

  #hasSamples(place: number): boolean {
    const start = place * this.#marks;
    return this.#counts.subarray(start, start + this.#marks).some((count) => count > 0);
  }

  /** Sorts genes by their mean label, and those without a label or with the same one by their signal. */
  #sort(places: readonly number[], isLabelled: boolean): readonly number[] {
    const signal = this.#weigh(places);
    const labels = new Map(places.map((place) => {
      const count = this.#labelled[place]!;
      return [place, count === 0 ? -Infinity : this.#labels[place]! / count];
    }));
    const bySignal = (one: number, other: number) => signal.get(other)! - signal.get(one)!;
    if (!isLabelled) return places.toSorted(bySignal);
    return places.toSorted((one, other) => {
      const [a, b] = [labels.get(one)!, labels.get(other)!];
      return a === b ? bySignal(one, other) : a < b ? 1 : -1;
    });
  }

  /** The signal of genes, each mark as a multiple of its mean over the genes. */
  #weigh(places: readonly number[]): ReadonlyMap<number, number> {
    const weights = new Map(places.map((place) => [place, 0]));
    for (let mark = 0; mark < this.#marks; mark++) {
      const means = places.map((place) => this.#meanOf(place, mark));
      const total = means.reduce((sum, value) => sum + value, 0) / places.length;
      if (!(total > 0)) continue;
      for (const [i, place] of places.entries()) {
        weights.set(place, weights.get(place)! + means[i]! / total);
      }
    }
    return weights;
  }

  #meanOf(place: number, mark: number): number {
    const count = this.#counts[place * this.#marks + mark]!;
    if (count === 0) return 0;
    let sum = 0;
    for (let column = 0; column < this.#columns.count; column++) {
      sum += this.#sums[(place * this.#columns.count + column) * this.#marks + mark]!;
    }
    return sum / count;
  }

  /** Mean counts of a mark, `[row, column]`. */
  #rowsOf(mark: number, sorted: readonly number[], rows: number): Float64Array {
    const { count: columns, bins } = this.#columns;
    const values = new Float64Array(rows * columns);
    const genes = new Uint32Array(rows);
    for (const [rank, place] of sorted.entries()) {
      const count = this.#counts[place * this.#marks + mark]!;
      if (count === 0) continue;
      const row = Math.floor(rank * rows / sorted.length);
      genes[row]!++;
      for (let column = 0; column < columns; column++) {
        const sum = this.#sums[(place * columns + column) * this.#marks + mark]!;
        values[row * columns + column]! += sum / (count * bins[column]!);
      }
    }
    return values.map((value, at) => value / genes[Math.floor(at / columns)]!);
  }
}
