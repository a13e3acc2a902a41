import { ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { auroc, meanSquaredError, pearson, rSquared, spearman } from "../../src/metrics/mod.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { runNumpy, testWith } from "../helpers/require.ts";

const METRICS = { meanSquaredError, pearson, rSquared, spearman };

/** Multiples of 1/8, so that adding 1e9 is exact. */
const columns = fc.array(fc.tuple(fc.integer(), fc.integer()), { minLength: 3, maxLength: 60 })
  .map((pairs) => ({
    a: Float64Array.from(pairs, ([a]) => (a % 4096) / 8),
    b: Float64Array.from(pairs, ([, b]) => (b % 4096) / 8),
  }));

function closeTo(actual: number, expected: number, tolerance: number): void {
  if (Number.isNaN(expected)) return strictEqual(actual, NaN);
  const error = Math.abs(actual - expected);
  ok(
    error <= tolerance * Math.max(1, Math.abs(expected)),
    `found ${actual}, expected ${expected}`,
  );
}

for (const [name, metric] of Object.entries(METRICS)) {
  Deno.test(`${name} does not change when both columns move by 1e9`, () => {
    fc.assert(fc.property(columns, ({ a, b }) => {
      const moved = metric(a.map((x) => x + 1e9), b.map((x) => x + 1e9));
      closeTo(moved, metric(a, b), 1e-12);
    }));
  });

  Deno.test(`${name} of no values, or of any NaN, is NaN`, () => {
    strictEqual(metric([], []), NaN);
    strictEqual(metric([1, NaN, 3], [1, 2, 4]), NaN);
    strictEqual(metric([1, 2, 4], [1, 2, NaN]), NaN);
    strictEqual(metric([NaN, 2, 4], [1, 2, 3]), NaN);
  });

  Deno.test(`${name} refuses columns of different lengths`, () => {
    throws(() => metric([1, 2], [1, 2, 3]), { name: "TypeError", message: /2 and 3 values/ });
  });
}

Deno.test("correlations and R² of a constant column are NaN, even one that float64 only rounds", () => {
  const constant = new Float64Array(1001).fill(0.1);
  const varied = constant.map((_, i) => i);
  for (const metric of [pearson, spearman]) {
    strictEqual(metric(constant, varied), NaN);
    strictEqual(metric(varied, constant), NaN);
  }
  strictEqual(rSquared(constant, varied), NaN);
  closeTo(rSquared(varied, constant.fill(500)), 0, 1e-12);
});

Deno.test("a correlation is symmetric and within -1 to 1", () => {
  fc.assert(fc.property(columns, ({ a, b }) => {
    for (const metric of [pearson, spearman]) {
      const r = metric(a, b);
      closeTo(metric(b, a), r, 1e-15);
      ok(Number.isNaN(r) || (r >= -1 && r <= 1));
    }
  }));
});

Deno.test("a column correlates with itself to exactly 1", () => {
  fc.assert(fc.property(columns, ({ a }) => {
    const constant = a.every((x) => x === a[0]);
    for (const metric of [pearson, spearman, rSquared]) {
      strictEqual(metric(a, a), constant ? NaN : 1);
    }
  }));
});

Deno.test("Spearman's correlation shares the ranks of equal values", () => {
  // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / √(4.5 · 5).
  closeTo(spearman([1, 2, 2, 3], [1, 2, 3, 4]), 4.5 / Math.sqrt(4.5 * 5), 1e-15);
});

Deno.test("a million values around 1e9 keep their correlation and error", () => {
  const stream = new RandomStream(deriveKey(1, "metrics"));
  const a = Float64Array.from({ length: 1e6 }, () => Math.round(stream.normal() * 1024) / 1024);
  const b = a.map((x) => x / 2 + Math.round(stream.normal() * 1024) / 1024);
  const far = (column: Float64Array) => column.map((x) => x + 1e9);
  for (const metric of Object.values(METRICS)) {
    closeTo(metric(far(a), far(b)), metric(a, b), 1e-12);
  }
  closeTo(pearson(a, b), 0.5 / Math.sqrt(1.25), 0.003);
});

testWith(
  "numpy",
  "every metric agrees with numpy and scipy, ties and large means included",
  async () => {
    const stream = new RandomStream(deriveKey(2, "metrics"));
    const truth = Array.from({ length: 500 }, () => 1e6 + Math.round(stream.normal() * 20) / 4);
    const predicted = truth.map((x) => 0.5 * x + 5e5 + Math.round(stream.normal() * 10) / 8);
    const answer = JSON.parse(
      await runNumpy(
        `
import json, sys
import numpy as np
from scipy import stats
t, p = np.array(json.loads(sys.argv[1]))
print(json.dumps({
  "meanSquaredError": np.mean((t - p) ** 2),
  "pearson": stats.pearsonr(t, p)[0],
  "spearman": stats.spearmanr(t, p)[0],
  "rSquared": 1 - np.sum((t - p) ** 2) / np.sum((t - t.mean()) ** 2),
}))`,
        [JSON.stringify([truth, predicted])],
      ),
    );
    for (const [name, metric] of Object.entries(METRICS)) {
      closeTo(metric(truth, predicted), answer[name], 1e-10);
    }
  },
);

Deno.test("columns that are no numbers are refused, and typed ones are not looked through", () => {
  const metrics = [auroc, meanSquaredError, pearson, rSquared, spearman];
  const wrong: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /found undefined as the second column, expected an array of numbers$/],
    ["10", /found string as the second column, expected an array of numbers$/],
    [["0", "1"], /found string as value 0 of the second column, expected a number$/],
    [[1, null], /found null as value 1 of the second column, expected a number$/],
    [BigInt64Array.of(0n, 1n), /found bigint as value 0 of the second column, expected a number$/],
  ];
  for (const metric of metrics) {
    for (const [column, message] of wrong) {
      throws(() => metric([0, 1], column as number[]), { name: "TypeError", message });
    }
    strictEqual(metric([0, 1], Float32Array.of(0, 1)), metric([0, 1], [0, 1]));
  }
});
