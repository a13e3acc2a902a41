import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { meanSquaredError, pearson } from "../../src/metrics/mod.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { drawResamples, percentileInterval } from "../../src/validation/bootstrap.ts";
import { describeInterval, judgeInterval } from "../../src/validation/mod.ts";
import { mixTotals, mseOf, PairSums, pearsonOf } from "../../src/validation/_pair_sums.ts";

const stream = new RandomStream(deriveKey(1, "statistics test"));
const truth = Float64Array.from({ length: 60 }, () => 100 + stream.normal());
const predicted = truth.map((value) => 50 + 0.5 * value + stream.normal());
const groupOfRow = Uint32Array.from({ length: 60 }, (_, row) => row % 4);
const sums = new PairSums({ truth, predicted, groupOfRow, groupCount: 4 });

function close(found: number, wanted: number): void {
  ok(Math.abs(found - wanted) < 1e-10 * Math.max(1, Math.abs(wanted)), `${found}, not ${wanted}`);
}

/** Total over groups that count as often as `weights` says. */
function totalOf(pairSums: PairSums, ...weights: number[]): Float64Array {
  const kinds = new Uint8Array(4);
  return pairSums.totals(kinds, { weights: Float64Array.from(weights), kindCount: 1 })[0]!;
}

Deno.test("figures from sums equal those of the pairs, also of pairs that count twice", () => {
  const all = totalOf(sums, 1, 1, 1, 1);
  close(mseOf(all), meanSquaredError(truth, predicted));
  close(pearsonOf(all), pearson(truth, predicted));
  const twice = totalOf(sums, 0, 2, 0, 1);
  const rows = [...truth.keys()].flatMap((row) => [[], [row, row], [], [row]][row % 4]!);
  const pairs = [rows.map((i) => truth[i]!), rows.map((i) => predicted[i]!)] as const;
  close(mseOf(twice), meanSquaredError(...pairs));
  close(pearsonOf(twice), pearson(...pairs));
});

Deno.test("groups add up by kind", () => {
  const weights = Float64Array.of(1, 1, 1, 1);
  const [even, none, odd] = sums.totals(Uint8Array.of(0, 2, 0, 2), { weights, kindCount: 3 });
  close(mseOf(even!), mseOf(totalOf(sums, 1, 0, 1, 0)));
  close(mseOf(odd!), mseOf(totalOf(sums, 0, 1, 0, 1)));
  strictEqual(mseOf(none!), NaN);
});

Deno.test("a mix counts each part by its weight, however many pairs it has", () => {
  const large = totalOf(sums, 1, 1, 1, 0);
  const small = totalOf(sums, 0, 0, 0, 1);
  close(mseOf(mixTotals([large, small], [3, 1])), 0.75 * mseOf(large) + 0.25 * mseOf(small));
  // Parts weighted by their own numbers are the whole.
  const whole = mixTotals([large, small], [large[0]!, small[0]!]);
  close(pearsonOf(whole), pearson(truth, predicted));
});

Deno.test("a constant prediction has no correlation, and no pairs have no figures", () => {
  const flatAt = (value: number) => {
    const constant = new Float64Array(60).fill(value);
    return new PairSums({ truth, predicted: constant, groupOfRow, groupCount: 4 });
  };
  // What rounding leaves of some of these is no variance.
  for (const value of [0.1 + 0.2, 1 / 3, 97.3, -1e4 / 7, 1e6 + 0.1]) {
    for (const weights of [[1, 1, 1, 1], [1, 0, 2, 1], [0, 3, 0, 0]]) {
      strictEqual(pearsonOf(totalOf(flatAt(value), ...weights)), NaN, `${value}`);
    }
  }
  const flat = flatAt(0.1 + 0.2);
  const none = totalOf(flat, 0, 0, 0, 0);
  strictEqual(pearsonOf(none), NaN);
  strictEqual(mseOf(none), NaN);
  strictEqual(mseOf(mixTotals([totalOf(sums, 1, 1, 1, 1), none], [1, 1])), NaN);
});

Deno.test("a percentile interval leaves out the same share on both sides, and samples without an answer", () => {
  const figures = Array.from({ length: 101 }, (_, i) => 100 - i);
  const { low, high } = percentileInterval([NaN, ...figures], 0.9);
  close(low, 5);
  close(high, 95);
  deepStrictEqual(percentileInterval([NaN], 0.9), { low: NaN, high: NaN });
});

Deno.test("each stratum is redrawn separately, to its own size", () => {
  const resamples = [...drawResamples([[0, 2, 4], [1, 3], []], { samples: 200, seed: 1 })];
  for (const times of resamples) {
    strictEqual(times[0]! + times[2]! + times[4]!, 3);
    strictEqual(times[1]! + times[3]!, 2);
  }
  ok(new Set(resamples.map(String)).size > 20);
  deepStrictEqual(resamplesOf(1), resamplesOf(1));
  ok(String(resamplesOf(1)) !== String(resamplesOf(2)));
});

function resamplesOf(seed: number): Float64Array[] {
  return [...drawResamples([[0, 1]], { samples: 9, seed })];
}

Deno.test("the bootstrap's spread of a mean is its standard error", () => {
  const values = Array.from({ length: 40 }, () => stream.normal());
  const mean = values.reduce((sum, value) => sum + value, 0) / 40;
  const error = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0)) / 40;
  const means = Array.from(
    drawResamples([[...values.keys()]], { samples: 4000, seed: 5 }),
    (times) => values.reduce((sum, value, i) => sum + times[i]! * value, 0) / 40,
  );
  const { low, high } = percentileInterval(means, 0.95);
  ok(Math.abs((high - low) / (2 * 1.96 * error) - 1) < 0.08);
  ok(low < mean && mean < high);
});

/** How often the nominal 95% interval of the mean over a few normally distributed groups holds the truth, 0. */
function coverageOf(groups: number): number {
  const stream = new RandomStream(deriveKey(groups, "coverage"));
  const trials = 1000;
  let held = 0;
  for (let trial = 0; trial < trials; trial++) {
    const values = Array.from({ length: groups }, () => stream.normal());
    const strata = [[...values.keys()]];
    const means = [...drawResamples(strata, { samples: 200, seed: trial })].map((times) =>
      times.reduce((sum, count, group) => sum + count * values[group]!, 0) / groups
    );
    const { low, high } = percentileInterval(means, 0.95);
    if (low <= 0 && high >= 0) held++;
  }
  return held / trials;
}

Deno.test("an interval over ten groups holds the truth about as often as it claims, one over a few does not", () => {
  const isAbout = (groups: number, wanted: number) =>
    ok(Math.abs(coverageOf(groups) - wanted) < 0.04, `${groups}: ${coverageOf(groups)}`);
  isAbout(2, 0.51);
  isAbout(4, 0.8);
  isAbout(6, 0.85);
  isAbout(10, 0.9);
});

Deno.test("only an interval over enough groups is called an interval, and a range names the groups that are too few", () => {
  const text = (cellTypes: number | null, genes: number | null) =>
    describeInterval(judgeInterval({ cellTypes, genes }), 0.95);
  strictEqual(text(50, 1447), "95% interval over 50 cell types and 1,447 genes");
  strictEqual(text(10, null), "95% interval over 10 cell types");
  strictEqual(text(9, null), "range over 9 cell types");
  strictEqual(text(2, 1447), "range over 2 cell types");
  strictEqual(text(50, 3), "range over 3 genes");
  strictEqual(text(2, 3), "range over 2 cell types and 3 genes");
  strictEqual(text(1, 1447), "no interval over 1 cell type");
  strictEqual(text(null, 40), "95% interval over 40 genes");
  strictEqual(
    describeInterval(judgeInterval({ cellTypes: 12, genes: null }), 0.9),
    "90% interval over 12 cell types",
  );
});
