/**
 * The matrices of a Toom–Cook convolution in float64. With the inputs d, the taps g and the outputs y,
 * y = A · ((G · g) ∘ (B · d)), where ∘ multiplies frequency by frequency and y[i] = Σ g[t] · d[i + t].
 *
 * @module
 */

import { finitePoints, type Transform } from "./points.ts";

/** A matrix by rows. */
export type Matrix = readonly (readonly number[])[];

/** G `[frequency, tap]`: from taps to what is multiplied. Each row has the division that makes the products exact. */
export function kernelMatrix(transform: Transform): Matrix {
  const points = finitePoints(transform);
  const taps = [...Array(transform.taps).keys()];
  const rows = points.map((point) => {
    const divisor = points.reduce((product, other) => {
      return other === point ? product : product * (point - other);
    }, 1);
    return taps.map((tap) => point ** tap / divisor);
  });
  return [...rows, taps.map((tap) => tap === transform.taps - 1 ? 1 : 0)];
}

/** B `[frequency, input]`: row q holds the coefficients of the product of x − p over all finite points p but the q-th. */
export function inputMatrix(transform: Transform): Matrix {
  const points = finitePoints(transform);
  const { frequencies } = transform;
  const rows = points.map((point) => padded(monicProduct(points, [point]), frequencies));
  return [...rows, padded(monicProduct(points, []), frequencies)];
}

/** A `[output, frequency]`: from products to outputs. */
export function outputMatrix(transform: Transform): Matrix {
  const points = finitePoints(transform);
  return Array.from({ length: transform.outputs }, (_, output) => [
    ...points.map((point) => point ** output),
    output === transform.outputs - 1 ? 1 : 0,
  ]);
}

/** Coefficients, lowest power first, of the product of x − p over `points` without those left out. */
export function monicProduct(points: readonly number[], leftOut: readonly number[]): number[] {
  return points.filter((point) => !leftOut.includes(point)).reduce(
    (product, point) => {
      const next = [0, ...product];
      for (const [power, coefficient] of product.entries()) next[power]! -= point * coefficient;
      return next;
    },
    [1],
  );
}

function padded(row: readonly number[], length: number): number[] {
  return Array.from({ length }, (_, index) => row[index] ?? 0);
}
