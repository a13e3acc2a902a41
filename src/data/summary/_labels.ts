/** What the labels of cell types look like. */

import { pearson } from "../../metrics/pearson.ts";
import { quantile } from "../../metrics/quantile.ts";
import { chooseGenes } from "./_choose_genes.ts";
import type { LabelCorrelations, LabelScale, LabelSummary } from "./types.ts";

/** Of more cell types no matrix is made. */
const MOST_CELL_TYPES = 100;
const MOST_GENES = 20_000;
/** No logarithm of an expression is larger: 2^25 is more than a sample has reads. */
const LARGEST_LOGARITHM = 25;
/** Labels with at most this many different values, each for two genes or more on average, are classes. */
const MOST_CLASSES = 5;
/** Skewness: in 57 samples logarithms have at most 1.1, RPKM at least 14. */
const LARGE_SKEWNESS = 2.2;

/** Describes the labels of a cell type, at least one. */
export function summariseLabels(cellType: string, values: ArrayLike<number>): LabelSummary {
  const sorted = Float64Array.from(values).sort();
  const count = sorted.length;
  const [mean, squares, cubes] = measureMoments(sorted);
  const share = (holds: (value: number) => boolean) => sorted.filter(holds).length / count;
  const shares = {
    zeroShare: share((value) => value === 0),
    integerShare: share(Number.isInteger),
    negativeShare: share((value) => value < 0),
  };
  const at = (place: number) => quantile(sorted, place);
  return {
    cellType,
    values,
    mean,
    deviation: Math.sqrt(squares),
    quartiles: [at(0), at(0.25), at(0.5), at(0.75), at(1)],
    ...shares,
    scale: guessScale(sorted, { ...shares, skewness: squares > 0 ? cubes / squares ** 1.5 : 0 }),
  };
}

/** Mean, and mean square and cube of the distances from it. They are no object for the reason in docs/decisions/shared-numbers.md. */
function measureMoments(
  values: Float64Array,
): readonly [mean: number, squares: number, cubes: number] {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value / count, 0);
  let [squares, cubes] = [0, 0];
  for (const value of values) {
    squares += (value - mean) ** 2 / count;
    cubes += (value - mean) ** 3 / count;
  }
  return [mean, squares, cubes];
}

function guessScale(
  sorted: Float64Array,
  { negativeShare, integerShare, skewness }: {
    readonly negativeShare: number;
    readonly integerShare: number;
    readonly skewness: number;
  },
): LabelScale {
  const [least, largest] = [sorted[0]!, sorted.at(-1)!];
  if (least === largest) return "constant";
  if (countDistinct(sorted) <= Math.min(MOST_CLASSES, sorted.length / 2)) return "classes";
  const extent = Math.max(largest, -least);
  if (negativeShare > 0) return extent > LARGEST_LOGARITHM ? "differences" : "signed logarithms";
  if (extent <= LARGEST_LOGARITHM) return integerShare === 1 ? "counts" : "logarithms";
  if (integerShare === 1) return "counts";
  return skewness >= LARGE_SKEWNESS ? "plain values" : "other";
}

function countDistinct(sorted: Float64Array): number {
  let count = 0;
  for (let i = 0; i < sorted.length && count <= MOST_CLASSES; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) count++;
  }
  return count;
}

/** Keeps the labels of some genes in every cell type, to compare cell types with each other. */
export class LabelTable {
  readonly #places: Int32Array;
  readonly #genes: number;
  /** Labels by the cell type's place, `[gene]`; NaN for genes that it lacks. */
  readonly #columns = new Map<number, Float64Array>();

  constructor(genes: readonly string[]) {
    const { places, count } = chooseGenes(genes, MOST_GENES);
    this.#places = places;
    this.#genes = count;
  }

  add(cellType: number, gene: number, label: number): void {
    const place = this.#places[gene]!;
    if (place < 0) return;
    let column = this.#columns.get(cellType);
    if (column === undefined) {
      if (this.#columns.size > MOST_CELL_TYPES) return;
      this.#columns.set(cellType, column = new Float64Array(this.#genes).fill(NaN));
    }
    column[place] = label;
  }

  /** Compares the cell types; `undefined` if there are fewer than two, or too many. */
  correlate(names: readonly string[]): LabelCorrelations | undefined {
    const places = [...this.#columns.keys()].sort((a, b) => a - b);
    const size = places.length;
    if (size < 2 || size > MOST_CELL_TYPES) return undefined;
    const values = new Float64Array(size * size).fill(1);
    for (let one = 0; one < size; one++) {
      for (let other = 0; other < one; other++) {
        const r = correlatePair(
          this.#columns.get(places[one]!)!,
          this.#columns.get(places[other]!)!,
        );
        values[one * size + other] = values[other * size + one] = r;
      }
    }
    return { genes: this.#genes, cellTypes: places.map((place) => names[place]!), values };
  }
}

/** Pearson's correlation over the genes that both have; NaN if there are fewer than two, or one does not vary. */
function correlatePair(one: Float64Array, other: Float64Array): number {
  const both = (_: number, gene: number) => !Number.isNaN(one[gene]! + other[gene]!);
  const [a, b] = [one.filter(both), other.filter(both)];
  return a.length < 2 ? NaN : pearson(a, b);
}
