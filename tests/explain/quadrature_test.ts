import { deepStrictEqual, ok } from "node:assert";
import { gaussLegendre } from "../../src/explain/quadrature.ts";

Deno.test("weights add up to 1, points rise and lie symmetrically between 0 and 1", () => {
  for (const points of [1, 2, 3, 10, 50, 51, 1000]) {
    const { fractions, weights } = gaussLegendre(points);
    ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-12);
    ok(fractions.every((value, i) => value > (fractions[i - 1] ?? 0) && value < 1));
    ok(fractions.every((value, i) => Math.abs(value + fractions[points - 1 - i]! - 1) < 1e-13));
    ok(
      weights.every((value, i) => value > 0 && Math.abs(value - weights[points - 1 - i]!) < 1e-12),
    );
  }
});

Deno.test("polynomials up to degree 2 n − 1 are integrated exactly", () => {
  for (const points of [1, 2, 5, 20]) {
    const { fractions, weights } = gaussLegendre(points);
    for (let degree = 0; degree < 2 * points; degree++) {
      const sum = fractions.reduce((sum, at, i) => sum + weights[i]! * at ** degree, 0);
      ok(Math.abs(sum - 1 / (degree + 1)) < 1e-13, `${points} points, degree ${degree}: ${sum}`);
    }
    const beyond = fractions.reduce((sum, at, i) => sum + weights[i]! * at ** (2 * points), 0);
    ok(points > 5 || Math.abs(beyond - 1 / (2 * points + 1)) > 1e-13);
  }
});

Deno.test("a single point lies in the middle", () => {
  const { fractions, weights } = gaussLegendre(1);
  deepStrictEqual([Math.fround(fractions[0]!), Math.fround(weights[0]!)], [0.5, 1]);
});
