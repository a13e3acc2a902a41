import { deepStrictEqual, ok } from "node:assert";
import fc from "fast-check";
import { falseDiscoveryRates } from "../../src/metrics/false_discovery.ts";

Deno.test("q-values are those of scipy.stats.false_discovery_control of scipy 1.17", () => {
  const found = falseDiscoveryRates([0.01, 0.02, 0.02, 0.5, 0.04, 1, 0.003, 0.7]);
  const wanted = [0.04, 0.04, 0.04, 0.6666666666666666, 0.064, 1, 0.024, 0.8];
  ok(found.every((rate, i) => Math.abs(rate - wanted[i]!) < 1e-15));
});

Deno.test("what was not tested counts for nothing", () => {
  deepStrictEqual([...falseDiscoveryRates([0.01, NaN, 0.5])], [0.02, NaN, 0.5]);
  deepStrictEqual([...falseDiscoveryRates([])], []);
});

Deno.test("q-values keep the order of p-values, are no less than these, and no more than by Bonferroni", () => {
  const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 });
  fc.assert(fc.property(values, (pValues) => {
    const rates = falseDiscoveryRates(pValues);
    for (const [a, p] of pValues.entries()) {
      ok(rates[a]! >= p && rates[a]! <= Math.min(1, p * pValues.length * (1 + 1e-15)));
      for (const [b, other] of pValues.entries()) ok(p > other || rates[a]! <= rates[b]!);
    }
  }));
});
