/** Sums over pairs of truth t and prediction p, each less a constant: n, Σt, Σp, Σt², Σp², Σtp, Σ(t − p)². */
const SUMS = 7;

/** A variance below this share of the mean square is the rounding error of a constant. */
const CONSTANT = 1e-12;

type Seven = readonly [number, number, number, number, number, number, number];

/** The seven sums over some pairs, weighted or not. */
export type PairTotal = Float64Array;

/** Groups of pairs, reduced to their sums, from which any resampling of the groups can be scored. */
export class PairSums {
  readonly #sums: Float64Array; // [group, sum]

  /**
   * Sums the pairs of each group.
   *
   * @param pairs Truth and prediction `[pair]`, and each pair's group from 0 to `groupCount` − 1.
   */
  constructor({ truth, predicted, groupOfRow, groupCount }: {
    readonly truth: Float64Array;
    readonly predicted: ArrayLike<number>;
    readonly groupOfRow: Uint32Array;
    readonly groupCount: number;
  }) {
    const sums = new Float64Array(groupCount * SUMS);
    // Subtracting a value near the mean preserves the digits of correlations.
    const origin = truth.reduce((sum, value) => sum + value, 0) / truth.length;
    for (let row = 0; row < truth.length; row++) {
      const t = truth[row]! - origin;
      const p = predicted[row]! - origin;
      const start = groupOfRow[row]! * SUMS;
      sums[start]! += 1;
      sums[start + 1]! += t;
      sums[start + 2]! += p;
      sums[start + 3]! += t * t;
      sums[start + 4]! += p * p;
      sums[start + 5]! += t * p;
      sums[start + 6]! += (t - p) * (t - p);
    }
    this.#sums = sums;
  }

  /**
   * Adds up the groups of each kind.
   *
   * @param kinds Kind of each group, `[group]`.
   * @param options How often each group counts, `[group]`, and the number of kinds.
   * @returns One total for each kind.
   */
  totals(
    kinds: Uint8Array,
    { weights, kindCount }: { readonly weights: Float64Array; readonly kindCount: number },
  ): PairTotal[] {
    const totals = Array.from({ length: kindCount }, () => new Float64Array(SUMS));
    for (let first = 0; first < kinds.length;) {
      const kind = kinds[first]!;
      let end = first + 1;
      while (end < kinds.length && kinds[end] === kind) end++;
      this.#add(totals[kind]!, weights, { first, end });
      first = end;
    }
    return totals;
  }

  /**
   * Adds neighbouring groups to a total. The sums are kept in registers meanwhile, and there is no branch on a weight: nobody
   * could foretell which of them are 0.
   */
  #add(
    total: PairTotal,
    weights: Float64Array,
    { first, end }: { readonly first: number; readonly end: number },
  ): void {
    const sums = this.#sums;
    let [n, t, p, tt, pp, tp, squares] = total as unknown as Seven;
    for (let group = first, at = first * SUMS; group < end; group++, at += SUMS) {
      const weight = weights[group]!;
      n += weight * sums[at]!;
      t += weight * sums[at + 1]!;
      p += weight * sums[at + 2]!;
      tt += weight * sums[at + 3]!;
      pp += weight * sums[at + 4]!;
      tp += weight * sums[at + 5]!;
      squares += weight * sums[at + 6]!;
    }
    total.set([n, t, p, tt, pp, tp, squares]);
  }
}

/** Mixes totals so that each counts by its weight, however many pairs it has; NaN if one has no pairs. */
export function mixTotals(totals: readonly PairTotal[], weights: readonly number[]): PairTotal {
  const mixed = new Float64Array(SUMS);
  totals.forEach((total, which) => {
    for (let i = 0; i < SUMS; i++) mixed[i]! += weights[which]! * (total[i]! / total[0]!);
  });
  return mixed;
}

/** Mean squared error of a total; NaN if it has no pairs. */
export function mseOf(total: PairTotal): number {
  return total[6]! / total[0]!;
}

/** Pearson's correlation of a total; NaN if truth or prediction is constant, or there are no pairs. */
export function pearsonOf(total: PairTotal): number {
  const n = total[0]!;
  // Means of t, p, t², p² and tp.
  const t = total[1]! / n;
  const p = total[2]! / n;
  const tt = total[3]! / n;
  const pp = total[4]! / n;
  const tp = total[5]! / n;
  const varianceT = tt - t ** 2;
  const varianceP = pp - p ** 2;
  if (varianceT <= CONSTANT * tt || varianceP <= CONSTANT * pp) return NaN;
  const r = (tp - t * p) / Math.sqrt(varianceT * varianceP);
  return Math.min(1, Math.max(-1, r));
}
