/** Metrics of values of every size that float64 holds, against exact fractions of big integers. */

import { ok, strictEqual } from "node:assert";
import { meanSquaredError, pearson, rSquared, spearman } from "../../src/metrics/mod.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";

/** A float64 as an integer times 2^-1074. */
function toInteger(value: number): bigint {
  const [bits = 0n] = new BigUint64Array(Float64Array.of(value).buffer);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & ((1n << 52n) - 1n);
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return value < 0 ? -size : size;
}

/** The float64 nearest to a fraction, within a few units in the last place. */
function toNumber(numerator: bigint, denominator: bigint): number {
  if (numerator === 0n) return 0;
  const sign = numerator < 0n !== denominator < 0n ? -1 : 1;
  const size = (n: bigint) => n < 0n ? -n : n;
  const [top, bottom] = [size(numerator), size(denominator)];
  // 64 significant bits of the quotient.
  const shift = BigInt(64 + bottom.toString(2).length - top.toString(2).length);
  const quotient = shift >= 0n ? (top << shift) / bottom : top / (bottom << -shift);
  const half = Number(shift) / 2;
  return sign * Number(quotient) * 2 ** -Math.floor(half) * 2 ** -Math.ceil(half);
}

const sum = (values: readonly bigint[]) => values.reduce((total, value) => total + value, 0n);

/** n · Σ(a − ā)(b − b̄), exactly, in units of 2^-2148. */
function crossSum(a: readonly bigint[], b: readonly bigint[]): bigint {
  return BigInt(a.length) * sum(a.map((value, i) => value * b[i]!)) - sum(a) * sum(b);
}

/** The metrics, computed from exact sums. */
const EXACT = {
  meanSquaredError(a: readonly bigint[], b: readonly bigint[]): number {
    const squares = sum(a.map((value, i) => (value - b[i]!) ** 2n));
    return toNumber(squares, BigInt(a.length) << 2148n);
  },
  rSquared(a: readonly bigint[], b: readonly bigint[]): number {
    const residual = BigInt(a.length) * sum(a.map((value, i) => (value - b[i]!) ** 2n));
    const total = crossSum(a, a);
    return toNumber(total - residual, total);
  },
  pearson(a: readonly bigint[], b: readonly bigint[]): number {
    const [ab, aa, bb] = [crossSum(a, b), crossSum(a, a), crossSum(b, b)];
    const square = toNumber(ab * ab, aa * bb);
    return ab < 0n ? -Math.sqrt(square) : Math.sqrt(square);
  },
};
const METRICS = { meanSquaredError, rSquared, pearson };

function check(a: readonly number[], b: readonly number[], tolerance = 1e-11): void {
  const integers = [a.map(toInteger), b.map(toInteger)] as const;
  for (const [name, metric] of Object.entries(METRICS)) {
    const [found, wanted] = [metric(a, b), EXACT[name as keyof typeof EXACT](...integers)];
    const apart = Math.abs(found - wanted) / Math.max(1e-3, Math.abs(wanted));
    // Subnormal numbers have fewer digits.
    const near = name === "meanSquaredError" && wanted < 1e-300
      ? Math.abs(found - wanted) <= 1e-8 * wanted + 1e-323
      : apart <= tolerance;
    ok(found === wanted || near, `${name} of ${a} and ${b}: ${found}, expected ${wanted}`);
  }
}

const SIZES = [
  5e-324,
  1e-320,
  1e-300,
  1e-200,
  1e-160,
  1e-77,
  1,
  1e77,
  1e153,
  1e160,
  1e200,
  1e300,
  1e307,
];

Deno.test("metrics are right at any scale, each column at its own", () => {
  const stream = new RandomStream(deriveKey(4, "scale"));
  for (const sizeA of SIZES) {
    const draw = (size: number) =>
      Array.from({ length: 9 }, () => size * Math.round(8 * stream.normal()));
    const a = draw(sizeA);
    const noise = draw(sizeA / 4);
    check(a, a.map((value, i) => value / 2 + noise[i]!));
    const sizeB = SIZES[stream.below(SIZES.length)]!;
    const b = draw(sizeB);
    // Correlations do not depend on how far apart the units are.
    const exact = EXACT.pearson(a.map(toInteger), b.map(toInteger));
    ok(
      Math.abs(pearson(a, b) - exact) < 1e-12,
      `${sizeA} and ${sizeB}: ${pearson(a, b)}, not ${exact}`,
    );
    strictEqual(spearman(a, b), spearman(a.map((value) => value / sizeA), b.map((v) => v / sizeB)));
  }
});

Deno.test("scaling both columns by a power of two changes no bit of a correlation or an R²", () => {
  const a = [0.1, 3.7, -2.2, 9.4, 5.5];
  const b = [0.3, 2.9, -1.1, 7.4, 8.5];
  for (const exponent of [-1000, -600, -300, 300, 600, 1000]) {
    const scaled = (column: number[]) => column.map((value) => value * 2 ** exponent);
    for (const metric of [pearson, rSquared, spearman]) {
      strictEqual(metric(scaled(a), scaled(b)), metric(a, b), `2^${exponent}`);
    }
  }
});

Deno.test("metrics exist for the largest and the smallest numbers of float64", () => {
  const { MAX_VALUE: max, MIN_VALUE: min } = Number;
  // Their difference overflows.
  check([max, -max, max / 2], [-max, max, max / 4]);
  check([max, -max, 0], [max, -max, max / 2]);
  check([min, 0, 3 * min], [min, 0, 2 * min]);
  // A large agreement beside a small disagreement.
  check([1e150, 1e-20, 0], [1e150, 0, 0]);
  strictEqual(rSquared([0, 1e-200], [1e200, 0]), -Infinity);
  strictEqual(rSquared([0, 1e200], [1e-200, 1e200]), 1);
  strictEqual(rSquared([0, min], [0, min]), 1);
  strictEqual(meanSquaredError([0], [1e200]), Infinity);
  // Float64 holds the mean, but not the sum.
  strictEqual(meanSquaredError(new Array(100).fill(0), new Array(100).fill(2 ** 511)), 2 ** 1022);
});

Deno.test("columns with an infinite value are not scaled", () => {
  strictEqual(meanSquaredError([1, 2], [1, Infinity]), Infinity);
  strictEqual(rSquared([1, 2], [1, -Infinity]), -Infinity);
  for (const metric of [pearson, rSquared]) {
    strictEqual(metric([1, Infinity, 2], [1, 2, 3]), NaN);
    strictEqual(metric([1, NaN, 2], [1, 2, 3]), NaN);
  }
  strictEqual(pearson([1, 2, 3], [1, 2, Infinity]), NaN);
});
