/**
 * The algorithm of Toom and Cook for short convolutions: m neighbouring outputs of a convolution of r taps from m + r − 1
 * multiplications instead of m · r (Toom 1963; Winograd 1980). The taps and the inputs are seen as polynomials, which are
 * multiplied by their values at some points, one of which may be infinity:
 *
 * outputs = output · ((kernel · taps) ⊙ (input · inputs)).
 *
 * @module
 */

import type { Matrix } from "../../../assembler/linear_map.ts";

/** The matrices of one algorithm. */
export interface ToomCook {
  readonly outputs: number;
  readonly taps: number;
  /** Multiplications, and inputs. */
  readonly products: number;
  /** `[product][tap]`, `[product][input]` and `[output][product]`. */
  readonly kernel: Matrix;
  readonly input: Matrix;
  readonly output: Matrix;
}

/**
 * The finite points for a number of products. The order of magnitude of the error depends on them: a badly chosen point
 * costs a factor of 3 or 4.
 */
const POINTS: Readonly<Record<number, readonly number[]>> = {
  2: [0],
  3: [0, 1],
  4: [0, 1, -1],
  5: [0, 1, -1, 1 / 2],
  6: [0, 1, -1, 2, -1 / 2],
  7: [0, 1, -1, 2, -2, -1 / 2],
  8: [0, 1, -1, 2, -2, 1 / 2, -1 / 2],
  9: [0, 1, -1, 1 / 2, -1 / 2, 3 / 2, -3 / 2, 4],
  10: [0, 1, -1, 2, -2, 1 / 2, -1 / 2, 5 / 4, -5 / 4],
};

/** Makes the matrices for m outputs of r taps. */
export function toomCook(outputs: number, taps: number): ToomCook {
  const products = outputs + taps - 1;
  const points = POINTS[products];
  if (points === undefined) {
    throw new RangeError(`Cannot transform ${outputs} outputs of ${taps} taps: no points for it`);
  }
  const kernel = points.map((point) => {
    const others = points.filter((other) => other !== point);
    const scale = others.reduce((product, other) => product * (point - other), 1);
    return powers(point, taps).map((power) => power / scale);
  });
  const input = points.map((point) => productOf(points.filter((other) => other !== point)));
  const last = (length: number) => Array.from({ length }, (_, i) => i === length - 1 ? 1 : 0);
  return {
    outputs,
    taps,
    products,
    kernel: [...kernel, last(taps)],
    input: [...input.map((row) => [...row, 0]), productOf(points)],
    output: Array.from(
      { length: outputs },
      (_, i) => [...points.map((point) => point ** i), i === outputs - 1 ? 1 : 0],
    ),
  };
}

/** 1, x, x², … */
function powers(x: number, length: number): number[] {
  return Array.from({ length }, (_, exponent) => x ** exponent);
}

/** Coefficients of Π (x − root), the constant one first. */
function productOf(roots: readonly number[]): number[] {
  return roots.reduce<number[]>((product, root) => {
    const shifted = [0, ...product];
    return shifted.map((value, i) => value - root * (product[i] ?? 0));
  }, [1]);
}

/** The matrix with rows and columns exchanged. */
export function transposed(matrix: Matrix): number[][] {
  return matrix[0]!.map((_, column) => matrix.map((row) => row[column]!));
}
