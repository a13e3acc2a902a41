import { ok } from "node:assert";
import { solveSymmetric } from "../../src/simulate/cholesky.ts";

Deno.test("solves several right sides of one matrix", () => {
  const matrix = Float64Array.of(4, 0, 0, 2, 5, 0, 1, 3, 6);
  const at = (i: number, j: number) => matrix[3 * Math.max(i, j) + Math.min(i, j)]!;
  const wanted = [[1, -2, 0.5], [0, 3, 7]];
  const right = wanted.map((x) =>
    Float64Array.from(x, (_, i) => x.reduce((sum, value, j) => sum + at(i, j) * value, 0))
  );
  const found = solveSymmetric(matrix.slice(), right);
  found.forEach((values, k) =>
    values.forEach((value, i) => ok(Math.abs(value - wanted[k]![i]!) < 1e-12))
  );
});
