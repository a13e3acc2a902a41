/** Student's t distribution, for intervals of few values and for tests of correlations. */

/** The continued fraction ends when a factor differs from 1 by less. */
const PRECISION = 1e-15;
/** It needs some √(degrees of freedom) terms; this many are enough for 10^8 of them. */
const MOST_TERMS = 100_000;
/** Stands for 0 in a denominator of the continued fraction. */
const TINY = 1e-300;

/**
 * The probability that a variable with Student's t distribution is above a value.
 *
 * @param t The value.
 * @param degrees Degrees of freedom, above 0.
 * @returns From 0 to 1, also where it is tiny; NaN if `t` is NaN.
 * @see Press et al. 2007, Numerical Recipes, chapter 6.4.
 */
export function studentTail(t: number, degrees: number): number {
  if (Number.isNaN(t)) return NaN;
  const squared = t * t;
  if (squared === Infinity) return t > 0 ? 0 : 1;
  const half = incompleteBeta(degrees / (degrees + squared), degrees / 2, squared / degrees) / 2;
  return t >= 0 ? half : 1 - half;
}

/**
 * The value that a variable with Student's t distribution is below with some probability.
 *
 * @param probability Above 0 and below 1.
 * @param degrees Degrees of freedom, above 0.
 * @returns The value; 12.7 for 0.975 and one degree of freedom.
 */
export function studentQuantile(probability: number, degrees: number): number {
  if (probability === 0.5) return 0;
  if (probability < 0.5) return -studentQuantile(1 - probability, degrees);
  const tail = 1 - probability;
  let high = 1;
  while (studentTail(high, degrees) > tail && high < 1e300) high *= 2;
  let low = high === 1 ? 0 : high / 2;
  // Halving ends when no number lies between the two.
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return middle;
    if (studentTail(middle, degrees) > tail) low = middle;
    else high = middle;
  }
}

/**
 * The regularised incomplete beta function I_x(a, ½).
 *
 * @param x From 0 to 1.
 * @param a Above 0.
 * @param odds (1 − x) / x, so that 1 − x keeps its digits where x is near 1.
 */
function incompleteBeta(x: number, a: number, odds: number): number {
  if (x <= 0) return 0;
  if (odds === 0) return 1;
  const b = 0.5;
  const rest = odds / (1 + odds);
  const logFactor = logGamma(a + b) - logGamma(a) - logGamma(b) - a * Math.log1p(odds) +
    b * Math.log(rest);
  const factor = Math.exp(logFactor);
  return x < (a + 1) / (a + b + 2)
    ? factor * continuedFraction(x, a, b) / a
    : 1 - factor * continuedFraction(rest, b, a) / b;
}

/** The continued fraction of the incomplete beta function, by Lentz' method. */
function continuedFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - (a + b) * x / (a + 1));
  let fraction = d;
  for (let m = 1; m <= MOST_TERMS; m++) {
    const even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    fraction *= d * c;
    const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < PRECISION) break;
  }
  return fraction;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** Lanczos' coefficients for g = 7. */
const LANCZOS = [
  0.99999999999980993,
  676.5203681218851,
  -1259.1392167224028,
  771.32342877765313,
  -176.61502916214059,
  12.507343278686905,
  -0.13857109526572012,
  9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** The logarithm of the gamma function of a number of at least ½. */
function logGamma(value: number): number {
  const z = value - 1;
  const sum = LANCZOS.reduce((total, coefficient, i) => total + coefficient / (z + i));
  const shifted = z + 7.5;
  return Math.log(2 * Math.PI) / 2 + (z + 0.5) * Math.log(shifted) - shifted + Math.log(sum);
}
