/** Points and weights for the mean of a function from 0 to 1. */

/** Where to look, and what each point counts; the weights add up to 1. */
export interface Quadrature {
  /** `[point]`, rising. */
  readonly fractions: Float64Array;
  /** `[point]` */
  readonly weights: Float64Array;
}

/** The most points of a path: all of them are found together, which takes the square of their number, some two seconds. */
export const MOST_STEPS = 10_000;

/** Newton's steps double the correct digits: a few are enough, and this many a sign of a mistake. */
const MOST_ITERATIONS = 50;

/**
 * The rule of Gauss and Legendre, which is exact for polynomials up to degree 2 n − 1.
 *
 * Networks are not polynomials: on the way from no signal most units switch on early, and this rule looks closely there. With
 * 50 points between no signal and 150 simulated samples, its median error of completeness for a trained `wakawaka` was
 * 0.06%, that of the midpoint rule 0.16%, of the trapezoid rule 0.49%; for `experiment3` 0.9%, 6.3% and 4.3%. From the mean
 * profile the first two are alike.
 */
export function gaussLegendre(points: number): Quadrature {
  const fractions = new Float64Array(points);
  const weights = new Float64Array(points);
  for (let point = 0; point < points; point++) {
    // Fractions rise as roots fall.
    const { root, slope } = findRoot(points, Math.cos(Math.PI * (point + 0.75) / (points + 0.5)));
    fractions[point] = (1 - root) / 2;
    weights[point] = 1 / ((1 - root * root) * slope * slope);
  }
  return { fractions, weights };
}

/** The root of a Legendre polynomial that is near a number, and the polynomial's slope there. */
function findRoot(degree: number, near: number): { readonly root: number; readonly slope: number } {
  let root = near;
  for (let iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
    const { value, slope } = legendre(degree, root);
    const step = value / slope;
    root -= step;
    if (Math.abs(step) < 1e-15) break;
  }
  return { root, slope: legendre(degree, root).slope };
}

/** A Legendre polynomial and its slope, by the recurrence of the polynomials. */
function legendre(
  degree: number,
  at: number,
): { readonly value: number; readonly slope: number } {
  let [value, before] = [1, 0];
  for (let n = 1; n <= degree; n++) {
    [value, before] = [((2 * n - 1) * at * value - (n - 1) * before) / n, value];
  }
  return { value, slope: degree * (at * value - before) / (at * at - 1) };
}
