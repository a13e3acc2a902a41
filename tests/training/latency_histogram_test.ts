import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { type Latency, LatencyHistogram } from "../../src/training/_latency_histogram.ts";

/** The same by sorting. */
function bySorting(times: readonly number[]): Latency {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]!;
  return {
    count: times.length,
    sumMs: times.reduce((sum, time) => sum + time, 0),
    medianMs: at(0.5),
    p90Ms: at(0.9),
    p99Ms: at(0.99),
    longestMs: sorted.at(-1)!,
  };
}

Deno.test("percentiles are within an eighth of those that sorting finds", () => {
  const random = new RandomStream(deriveKey(7, "latency"));
  const times = Array.from({ length: 5000 }, () => 0.1 * Math.exp(9 * random.uniform() ** 2));
  const histogram = new LatencyHistogram();
  for (const time of times) histogram.add(time);
  const [found, wanted] = [histogram.summarise(), bySorting(times)];
  strictEqual(found.count, wanted.count);
  strictEqual(found.sumMs, wanted.sumMs);
  strictEqual(found.longestMs, wanted.longestMs);
  for (const name of ["medianMs", "p90Ms", "p99Ms"] as const) {
    const ratio = found[name] / wanted[name];
    ok(ratio > 0.875 && ratio < 1.125, `${name}: ${found[name]} for ${wanted[name]}`);
  }
});

Deno.test("no calls, one call, and calls beyond both ends are counted", () => {
  const histogram = new LatencyHistogram();
  const none = { count: 0, sumMs: 0, medianMs: 0, p90Ms: 0, p99Ms: 0, longestMs: 0 };
  deepStrictEqual(histogram.summarise(), none);
  histogram.add(0);
  strictEqual(histogram.summarise().medianMs, 0);
  for (let i = 0; i < 3; i++) histogram.add(1e7);
  const { medianMs, longestMs, count } = histogram.summarise();
  deepStrictEqual([medianMs, longestMs, count], [1e7, 1e7, 4]);
});
