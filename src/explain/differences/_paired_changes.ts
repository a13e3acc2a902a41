/** Statistics of predicted and measured changes with weights: in a bootstrap sample, how often each gene was drawn. */

import { meanOf } from "../../base/mean.ts";

/** A column in ascending order. */
interface SortedColumn {
  /** Places of pairs in the order of their values, `[rank]`. */
  readonly order: Uint32Array;
  /** Where the pairs of each distinct value begin in `order`; at the end their number. */
  readonly starts: readonly number[];
}

/** Places of the sums of {@linkcode PairedChanges}. */
const [X, Y, XX, YY, XY] = [0, 1, 2, 3, 4] as const;

/** Predicted and measured changes of the same genes. Each method gives NaN where its figure does not exist. */
export class PairedChanges {
  /** Number of pairs. */
  readonly length: number;
  readonly #predicted: Float64Array;
  readonly #measured: Float64Array;
  /** Columns less their means, so that squares lose no digits. */
  readonly #centredPredicted: Float64Array;
  readonly #centredMeasured: Float64Array;
  readonly #ones: Float64Array;
  readonly #sums = new Float64Array(5);
  #sorted: readonly [SortedColumn, SortedColumn] | undefined;
  #ranks: readonly [Float64Array, Float64Array] | undefined;

  /** Takes finite values, `[pair]`. */
  constructor(predicted: Float64Array, measured: Float64Array) {
    this.length = predicted.length;
    this.#predicted = predicted;
    this.#measured = measured;
    this.#centredPredicted = centre(predicted);
    this.#centredMeasured = centre(measured);
    this.#ones = new Float64Array(predicted.length).fill(1);
  }

  /** Pearson's correlation. */
  pearson(weights: Float64Array = this.#ones): number {
    return this.#correlate(this.#centredPredicted, this.#centredMeasured, weights);
  }

  /** Pearson's correlation of the ranks, where equal values share their mean rank. */
  spearman(weights: Float64Array = this.#ones): number {
    this.#sorted ??= [sortColumn(this.#predicted), sortColumn(this.#measured)];
    this.#ranks ??= [new Float64Array(this.length), new Float64Array(this.length)];
    const [predicted, measured] = this.#sorted;
    const [a, b] = this.#ranks;
    rank(predicted, weights, a);
    rank(measured, weights, b);
    return this.#correlate(a, b, weights);
  }

  /** By how much the measured change grows with one unit of predicted change, by least squares. */
  slope(weights: Float64Array = this.#ones): number {
    this.#add(this.#centredPredicted, this.#centredMeasured, weights);
    return this.#sums[XX] === 0 ? NaN : this.#sums[XY]! / this.#sums[XX]!;
  }

  /** The share of genes whose measured change is not 0 that have a predicted change of the same sign. */
  sameSign(weights: Float64Array = this.#ones): number {
    let same = 0;
    let all = 0;
    for (let i = 0; i < this.length; i++) {
      const measured = this.#measured[i]!;
      if (measured === 0) continue;
      all += weights[i]!;
      if (this.#predicted[i]! * Math.sign(measured) > 0) same += weights[i]!;
    }
    return all === 0 ? NaN : same / all;
  }

  /**
   * Prepares to compare each measured change with the predicted change of another gene.
   *
   * @returns A function of which gene's predicted change each gene gets, `[pair]`. It gives Pearson's correlation, that of
   * the ranks, and the share of equal signs, in an array that the next call overwrites.
   */
  prepareExchanges(): (order: Uint32Array) => Float64Array {
    const [ofValues, ofRanks] = [this.pearson(), this.spearman()];
    const [a, b] = this.#ranks!;
    const [ranksA, ranksB] = [centre(a), centre(b)];
    const values = [this.#centredPredicted, this.#centredMeasured] as const;
    const sizes = [norm(values[0]) * norm(values[1]), norm(ranksA) * norm(ranksB)] as const;
    const [predicted, measured] = [this.#predicted.map(Math.sign), this.#measured.map(Math.sign)];
    const all = measured.reduce((count, sign) => count + Math.abs(sign), 0);
    const figures = new Float64Array(3);
    return (order) => {
      figures[0] = Number.isNaN(ofValues) ? NaN : product(...values, order) / sizes[0];
      figures[1] = Number.isNaN(ofRanks) ? NaN : product(ranksA, ranksB, order) / sizes[1];
      figures[2] = countSameSigns(predicted, measured, order) / all;
      return figures;
    };
  }

  #correlate(a: Float64Array, b: Float64Array, weights: Float64Array): number {
    this.#add(a, b, weights);
    const [xx, yy, xy] = [this.#sums[XX]!, this.#sums[YY]!, this.#sums[XY]!];
    if (xx === 0 || yy === 0) return NaN;
    // Written so that no product overflows, and a column correlates with itself to exactly 1.
    return Math.min(1, Math.max(-1, (xy / xx) * Math.sqrt(xx / yy)));
  }

  /** Adds up squares and products around the weighted means: exactly 0 where all pairs of some weight have the same value. */
  #add(a: Float64Array, b: Float64Array, weights: Float64Array): void {
    const sums = this.#sums.fill(0);
    const first = weights.findIndex((weight) => weight > 0);
    let [isEvenA, isEvenB] = [true, true];
    let weight = 0;
    for (let i = 0; i < a.length; i++) {
      if (weights[i] === 0) continue;
      isEvenA &&= a[i] === a[first];
      isEvenB &&= b[i] === b[first];
      weight += weights[i]!;
      sums[X]! += weights[i]! * a[i]!;
      sums[Y]! += weights[i]! * b[i]!;
    }
    const [meanX, meanY] = [sums[X]! / weight, sums[Y]! / weight];
    for (let i = 0; i < a.length; i++) {
      const [x, y] = [isEvenA ? 0 : a[i]! - meanX, isEvenB ? 0 : b[i]! - meanY];
      sums[XX]! += weights[i]! * x * x;
      sums[YY]! += weights[i]! * y * y;
      sums[XY]! += weights[i]! * x * y;
    }
  }
}

/** A column less its mean; exactly 0 where it is constant. */
function centre(values: Float64Array): Float64Array {
  if (values.every((value) => value === values[0])) return new Float64Array(values.length);
  const mean = meanOf(values);
  return values.map((value) => value - mean);
}

function sortColumn(values: Float64Array): SortedColumn {
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[a]! - values[b]! || a - b);
  const starts: number[] = [];
  for (let rank = 0; rank < order.length; rank++) {
    if (rank === 0 || values[order[rank]!] !== values[order[rank - 1]!]) starts.push(rank);
  }
  return { order, starts: [...starts, order.length] };
}

/** Writes the rank of each pair as if it were there as often as its weight says. */
function rank({ order, starts }: SortedColumn, weights: Float64Array, into: Float64Array): void {
  let below = 0;
  for (let value = 0; value + 1 < starts.length; value++) {
    const [start, end] = [starts[value]!, starts[value + 1]!];
    let equal = 0;
    for (let place = start; place < end; place++) equal += weights[order[place]!]!;
    for (let place = start; place < end; place++) into[order[place]!] = below + (equal + 1) / 2;
    below += equal;
  }
}

function norm(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * values[i]!;
  return Math.sqrt(sum);
}

function product(a: Float64Array, b: Float64Array, order: Uint32Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i++) sum += a[order[i]!]! * b[i]!;
  return sum;
}

function countSameSigns(a: Float64Array, b: Float64Array, order: Uint32Array): number {
  let count = 0;
  for (let i = 0; i < b.length; i++) if (a[order[i]!]! * b[i]! > 0) count++;
  return count;
}
