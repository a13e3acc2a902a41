import { ok, strictEqual } from "node:assert";
import fc from "fast-check";
import { studentQuantile, studentTail } from "../../src/metrics/student_t.ts";

/** `scipy.stats.t.sf(t, degrees)` of scipy 1.10. */
const TAILS: readonly (readonly [t: number, degrees: number, tail: number])[] = [
  [0, 3, 0.5],
  [1, 1, 0.25],
  [2.5, 4, 0.03338327240599406],
  [-1.3, 7, 0.8826160823038114],
  [12, 2, 0.00343646683857923],
  [40, 10, 1.1404288715428737e-12],
  [3, 1000, 0.0013833545221190939],
  [5, 1e6, 2.8669989354453655e-7],
  [0.01, 5, 0.4962040090212909],
  [1e5, 1, 3.1830988617318035e-6],
  [30, 50, 6.190011397993646e-34],
];

Deno.test("the tail of Student's t distribution is scipy's, also far out", () => {
  for (const [t, degrees, tail] of TAILS) {
    const found = studentTail(t, degrees);
    ok(Math.abs(found / tail - 1) < 1e-9, `t ${t}, ${degrees} degrees: ${found} for ${tail}`);
  }
  strictEqual(studentTail(Infinity, 3), 0);
  strictEqual(studentTail(-Infinity, 3), 1);
  strictEqual(studentTail(NaN, 3), NaN);
});

/** From tables, which every textbook has. */
const QUANTILES: readonly (readonly [probability: number, degrees: number, t: number])[] = [
  [0.975, 1, 12.706204736],
  [0.975, 2, 4.30265273],
  [0.975, 4, 2.776445105],
  [0.95, 9, 1.833112933],
  [0.025, 4, -2.776445105],
  [0.995, 30, 2.749995654],
  [0.9999, 2, 70.700071075],
];

Deno.test("quantiles of Student's t distribution are those of tables", () => {
  for (const [probability, degrees, t] of QUANTILES) {
    const found = studentQuantile(probability, degrees);
    ok(Math.abs(found / t - 1) < 1e-9, `${probability}, ${degrees} degrees: ${found} for ${t}`);
  }
  strictEqual(studentQuantile(0.5, 3), 0);
});

Deno.test("the quantile undoes the tail", () => {
  fc.assert(fc.property(
    fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true }),
    fc.double({ min: 0.5, max: 1e5, noNaN: true }),
    (probability, degrees) => {
      const tail = studentTail(studentQuantile(probability, degrees), degrees);
      ok(Math.abs(tail - (1 - probability)) < 1e-10);
    },
  ));
});
