/**
 * Integrals over normal numbers.
 *
 * @module
 */

/** Places and weights whose weighted sum is an integral. */
export interface Nodes {
  readonly places: Float64Array;
  readonly weights: Float64Array;
}

/** Where the tails of a normal number are cut off: 6 in ten million lie further out. */
const TAIL = 5;

/** Makes nodes of a standard normal number: equal steps, which for a smooth function converge faster than any power. */
export function normalNodes(count: number): Nodes {
  const places = Float64Array.from({ length: count }, (_, i) => TAIL * (2 * i / (count - 1) - 1));
  return normalise({ places, weights: places.map((place) => Math.exp(-0.5 * place * place)) });
}

function normalise({ places, weights }: Nodes): Nodes {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { places, weights: weights.map((weight) => weight / sum) };
}

/** Nodes of Gauss and Legendre on [0, 1]: the roots of a Legendre polynomial, by Newton's method. */
export function legendreNodes(count: number): Nodes {
  const places = new Float64Array(count);
  const weights = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let x = Math.cos(Math.PI * (i + 0.75) / (count + 0.5));
    let slope = 1;
    for (let iteration = 0; iteration < 100; iteration++) {
      let [previous, value] = [1, x];
      for (let k = 2; k <= count; k++) {
        [previous, value] = [value, ((2 * k - 1) * x * value - (k - 1) * previous) / k];
      }
      slope = count * (x * value - previous) / (x * x - 1);
      const step = value / slope;
      x -= step;
      if (Math.abs(step) < 1e-15) break;
    }
    places[i] = (1 - x) / 2;
    weights[i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { places, weights };
}

const SIDE = legendreNodes(10);

/**
 * Computes the mean of a function of a standard normal number that is smooth but for a place where it is steep, such as
 * ln(1 + |d|) with the sign of d: each side of that place by itself, with nodes that crowd towards it.
 */
export function meanAroundPlace(steepAt: number, valueAt: (normal: number) => number): number {
  const middle = Math.min(TAIL, Math.max(-TAIL, steepAt));
  let sum = 0;
  let total = 0;
  for (const end of [-TAIL, TAIL]) {
    const length = end - middle;
    for (let i = 0; i < SIDE.places.length; i++) {
      const x = SIDE.places[i]!;
      const normal = middle + length * x * x;
      const weight = SIDE.weights[i]! * Math.abs(length) * x * Math.exp(-0.5 * normal * normal);
      sum += weight * valueAt(normal);
      total += weight;
    }
  }
  return sum / total;
}
