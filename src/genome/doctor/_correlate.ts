/** Pearson correlation over the places where both columns have a value; 0 if it is not defined. */
export function correlate(a: Float64Array, b: Float64Array): number {
  let [count, sumA, sumB, sumAA, sumBB, sumAB] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]!, b[i]!];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    count++;
    sumA += x;
    sumB += y;
    sumAA += x * x;
    sumBB += y * y;
    sumAB += x * y;
  }
  const covariance = sumAB - sumA * sumB / count;
  const scale = Math.sqrt((sumAA - sumA ** 2 / count) * (sumBB - sumB ** 2 / count));
  return scale > 0 ? covariance / scale : 0;
}

/** Correlations of many columns with each other. Each is computed when it is first needed. */
export class Correlations {
  readonly #columns: readonly Float64Array[];
  /** The columns without gaps, with mean 0 and length 1: their dot product is the correlation. */
  readonly #units: readonly (Float64Array | undefined)[];
  readonly #known: Float64Array;

  constructor(columns: readonly Float64Array[]) {
    this.#columns = columns;
    this.#units = columns.map(standardise);
    this.#known = new Float64Array(columns.length ** 2).fill(NaN);
  }

  /** Correlation of two columns, given by index. */
  between(a: number, b: number): number {
    const [i, j] = a < b ? [a, b] : [b, a];
    const at = i * this.#columns.length + j;
    const known = this.#known[at]!;
    return Number.isNaN(known) ? this.#known[at] = this.#compute(i, j) : known;
  }

  #compute(a: number, b: number): number {
    const [x, y] = [this.#units[a], this.#units[b]];
    if (x === undefined || y === undefined) return correlate(this.#columns[a]!, this.#columns[b]!);
    return dotProduct(x, y);
  }
}

/**
 * Shifts a column to mean 0 and scales it to length 1. The result is all zero if every value is the same, and
 * `undefined` if there are gaps.
 */
export function standardise(values: Float64Array): Float64Array | undefined {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (Number.isNaN(mean)) return undefined;
  const centred = values.map((value) => value - mean);
  const length = Math.sqrt(dotProduct(centred, centred));
  return centred.map((value) => length > 1e-9 * Math.abs(mean) ? value / length : 0);
}

/** The dot product of two columns. */
export function dotProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
