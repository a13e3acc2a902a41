import { ok } from "node:assert";
import { legendreNodes, meanAroundPlace, normalNodes } from "../../src/simulate/quadrature.ts";

Deno.test("Gauss and Legendre's nodes integrate polynomials of twice their number exactly", () => {
  for (const count of [1, 2, 5, 10, 14]) {
    const { places, weights } = legendreNodes(count);
    for (let power = 0; power < 2 * count; power++) {
      const found = places.reduce((sum, place, i) => sum + weights[i]! * place ** power, 0);
      ok(Math.abs(found - 1 / (power + 1)) < 1e-13, `${count} nodes, power ${power}: ${found}`);
    }
  }
});

Deno.test("normal nodes have the moments of a normal number", () => {
  const { places, weights } = normalNodes(25);
  for (const [power, moment] of [[0, 1], [1, 0], [2, 1], [3, 0], [4, 3]] as const) {
    const found = places.reduce((sum, place, i) => sum + weights[i]! * place ** power, 0);
    ok(Math.abs(found - moment) < 1e-3, `power ${power}: ${found}`);
  }
});

Deno.test("the mean of a step is the share of normal numbers on either side of it", () => {
  const sign = (place: number) => (normal: number) => Math.sign(normal - place);
  // 2 · (share above) − 1 at 0, 1, −1, and far outside.
  for (const [place, mean] of [[0, 0], [1, -0.6827], [-1, 0.6827], [9, -1], [-9, 1]] as const) {
    const found = meanAroundPlace(place, sign(place));
    ok(Math.abs(found - mean) < 2e-4, `step at ${place}: ${found}`);
  }
});

Deno.test("a mean around a place is that of many equal steps", () => {
  const valueAt = (normal: number) => {
    const difference = 300 * (2 ** (0.6 * (normal - 0.4)) - 1);
    return Math.sign(difference) * Math.log1p(Math.abs(difference));
  };
  let sum = 0;
  let total = 0;
  for (let i = -60_000; i <= 60_000; i++) {
    const normal = i * 1e-4;
    const weight = Math.exp(-0.5 * normal * normal);
    sum += weight * valueAt(normal);
    total += weight;
  }
  ok(Math.abs(meanAroundPlace(0.4, valueAt) - sum / total) < 5e-3);
});
