import { ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { auroc } from "../../src/metrics/mod.ts";

Deno.test("AUROC is the share of pairs in which the positive sample scores higher, ties half", () => {
  const samples = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 5 })), {
    maxLength: 30,
  });
  fc.assert(fc.property(samples, (pairs) => {
    const positives = pairs.filter(([label]) => label).map(([, score]) => score);
    const negatives = pairs.filter(([label]) => !label).map(([, score]) => score);
    let won = 0;
    for (const p of positives) {
      for (const n of negatives) won += p > n ? 1 : p === n ? 0.5 : 0;
    }
    const found = auroc(pairs.map(([label]) => Number(label)), pairs.map(([, score]) => score));
    const expected = won / (positives.length * negatives.length);
    ok(Object.is(found, expected) || Math.abs(found - expected) < 1e-12);
  }));
});

Deno.test("AUROC of one class, of no samples, or of a NaN is NaN", () => {
  strictEqual(auroc([1, 1], [0.1, 0.2]), NaN);
  strictEqual(auroc([0, 0], [0.1, 0.2]), NaN);
  strictEqual(auroc([], []), NaN);
  strictEqual(auroc([0, 1], [NaN, 1]), NaN);
});

Deno.test("AUROC refuses a label that is not a class", () => {
  throws(() => auroc([0, 2], [1, 2]), { name: "RangeError", message: /sample 1 is 2/ });
  throws(() => auroc([0], [1, 2]), TypeError);
});

Deno.test("AUROC of half a million positive and negative samples does not overflow", () => {
  const labels = Uint8Array.from({ length: 1e6 }, (_, i) => i % 2);
  strictEqual(auroc(labels, Float64Array.from(labels, (_, i) => i)), 0.500001);
});
