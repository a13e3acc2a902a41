/** q-values of many tests. */

/**
 * Adjusts p-values for their number: the least rate of false discoveries at which each test counts (Benjamini and Hochberg
 * 1995, Journal of the Royal Statistical Society B 57:289). The tests may be independent or depend on each other positively.
 *
 * @param pValues From 0 to 1, `[test]`; NaN for what was not tested, which counts for nothing.
 * @returns The q-values, `[test]`; NaN where the p-value is.
 */
export function falseDiscoveryRates(pValues: ArrayLike<number>): Float64Array<ArrayBuffer> {
  const rates = Float64Array.from(pValues);
  const order = Uint32Array.from(rates.keys()).filter((test) => !Number.isNaN(rates[test]!))
    .sort((a, b) => rates[a]! - rates[b]! || a - b);
  let least = 1;
  for (let rank = order.length; rank > 0; rank--) {
    const test = order[rank - 1]!;
    const p = rates[test]!;
    // Never below the p-value itself, which rounding could make it.
    least = Math.min(least, Math.max(p, p * order.length / rank));
    rates[test] = least;
  }
  return rates;
}
