/** Calibrations and the intervals made from them, on data whose coverage is known. */

import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { ContractError } from "../../src/errors.ts";
import type { Calibration } from "../../src/model/calibration.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { calibrateRegimes, type HeldOutErrors } from "../../src/validation/conformal.ts";
import { makeIntervals, meanHalfWidth } from "../../src/validation/intervals.ts";

/** Samples whose error grows with the predicted value, from 0.1 to 2. */
function unevenSamples(count: number, seed: number): HeldOutErrors {
  const stream = new RandomStream(deriveKey(seed, "conformal test"));
  const predictions = Float64Array.from({ length: count }, () => stream.uniform());
  const labels = predictions.map((value) => value + (0.1 + 1.9 * value) * stream.normal());
  return {
    predictions,
    labels,
    kinds: Array(count).fill("newGene"),
    cellTypes: new Uint32Array(count),
    genes: Uint32Array.from({ length: count }, (_, i) => i),
  };
}

function calibrationOf(parts: readonly HeldOutErrors[]): Calibration {
  return {
    folds: 2,
    least: -100,
    greatest: 100,
    cellTypes: ["E003"],
    genes: [],
    regimes: calibrateRegimes(parts),
  };
}

function coverageOf(
  calibration: Calibration,
  { predictions, labels }: HeldOutErrors,
  confidence: number,
): number[] {
  const regimes = Array(predictions.length).fill("newGene");
  const { low, high } = makeIntervals(calibration, { predictions, regimes }, confidence);
  // By tenths of the predicted value.
  const [held, all] = [new Float64Array(10), new Float64Array(10)];
  for (let row = 0; row < predictions.length; row++) {
    const tenth = Math.min(9, Math.floor(10 * predictions[row]!));
    all[tenth]!++;
    if (low[row]! <= labels[row]! && labels[row]! <= high[row]!) held[tenth]!++;
  }
  return [...held].map((count, tenth) => count / all[tenth]!);
}

Deno.test("intervals hold the share that they promise at every predicted value, however errors depend on it", () => {
  const calibration = calibrationOf([unevenSamples(20_000, 1)]);
  const fresh = unevenSamples(40_000, 2);
  for (const confidence of [0.5, 0.8, 0.9, 0.95]) {
    const shares = coverageOf(calibration, fresh, confidence);
    const mean = shares.reduce((sum, share) => sum + share / 10, 0);
    ok(Math.abs(mean - confidence) < 0.01, `${confidence}: ${mean}`);
    // Wide bins average over errors of 0.1 to 0.3 at the lower end.
    for (const share of shares) ok(Math.abs(share - confidence) < 0.06, `${confidence}: ${shares}`);
  }
});

Deno.test("on average over calibrations of n samples, coverage is at least the confidence and at most 1 / (n + 1) more", () => {
  const [samples, trials] = [24, 3000];
  let held = 0;
  for (let trial = 0; trial < trials; trial++) {
    const own = unevenSamples(samples + 1, trial);
    const part = (from: number, to: number): HeldOutErrors => ({
      predictions: Array.from(own.predictions).slice(from, to),
      labels: Array.from(own.labels).slice(from, to),
      kinds: own.kinds.slice(from, to),
      cellTypes: [...new Uint32Array(to - from)],
      genes: [...new Uint32Array(to - from)],
    });
    const calibration = calibrationOf([part(0, samples)]);
    const [share] = coverageOf(calibration, part(samples, samples + 1), 0.8)
      .filter((value) => !Number.isNaN(value));
    held += share!;
  }
  const coverage = held / trials;
  const chance = 3 * Math.sqrt(0.16 / trials);
  ok(coverage > 0.8 - chance && coverage < 0.8 + 1 / (samples + 1) + chance, `${coverage}`);
});

Deno.test("half-widths are the order statistics of the absolute errors, rounded up", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 20, maxLength: 60 }),
      (labels) => {
        const same = labels.map(() => 0);
        const { newGene } = calibrateRegimes([{
          predictions: same,
          labels,
          kinds: labels.map(() => "newGene" as const),
          cellTypes: same,
          genes: same,
        }]);
        const sorted = labels.map(Math.abs).sort((a, b) => a - b);
        const [widths] = newGene!.halfWidths;
        strictEqual(newGene!.halfWidths.length, 1);
        // As many levels as n samples allow: ⌈(n + 1) · level / 200⌉ ≤ n.
        strictEqual(widths!.length, Math.floor(200 * labels.length / (labels.length + 1)));
        for (const [level, width] of widths!.entries()) {
          const exact = sorted[Math.ceil((labels.length + 1) * (level + 1) / 200) - 1]!;
          ok(width >= exact && width <= exact * 1.00003, `${width} for ${exact}`);
          ok(level === 0 || width >= widths![level - 1]!);
        }
      },
    ),
  );
});

Deno.test("bins of predicted values are ascending and never small, whatever values repeat", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1000, maxLength: 3000 }),
      (predictions) => {
        const same = predictions.map(() => 0);
        const kinds = predictions.map(() => "bothNew" as const);
        const { bothNew } = calibrateRegimes([
          { predictions, labels: same, kinds, cellTypes: same, genes: same },
        ]);
        const { limits, halfWidths } = bothNew!;
        strictEqual(halfWidths.length, limits.length + 1);
        ok(halfWidths.length <= 10);
        for (const [i, limit] of limits.entries()) ok(i === 0 || limit > limits[i - 1]!);
        const edges = [-Infinity, ...limits, Infinity];
        for (let bin = 0; bin < halfWidths.length; bin++) {
          const count = predictions.filter((value) =>
            value >= edges[bin]! && value < edges[bin + 1]!
          ).length;
          ok(count >= 200, `${count} of ${predictions.length} in ${limits}`);
          // All 199 levels need 199 samples.
          strictEqual(halfWidths[bin]!.length, 199);
        }
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("a regime with fewer than 20 samples is absent, and other kinds of samples are left out", () => {
  const samples = unevenSamples(60, 3);
  const kinds = samples.kinds.map((_, i) =>
    i < 19 ? "newGene" : i < 39 ? "newCellType" : i < 50 ? "trained" : "bothSeen"
  );
  const regimes = calibrateRegimes([{ ...samples, kinds }]);
  deepStrictEqual(Object.keys(regimes), ["newCellType"]);
  strictEqual(regimes.newCellType!.samples, 20);
});

Deno.test("ends reach no further than the labels, unless the prediction does", () => {
  const calibration = { ...calibrationOf([unevenSamples(500, 4)]), least: 0.2, greatest: 0.8 };
  const predictions = [0.5, -3, 7];
  const regimes = ["newGene", "newGene", "newGene"] as const;
  const { low, high } = makeIntervals(calibration, { predictions, regimes }, 0.99);
  const [least, greatest] = [Math.fround(0.2), Math.fround(0.8)];
  deepStrictEqual([low[0], high[0]], [least, greatest]);
  // The second prediction lies below all labels, the third above.
  ok(low[1] === -3 && high[1]! >= -3 && high[1]! <= greatest);
  ok(high[2] === 7 && low[2]! <= 7 && low[2]! >= least);
});

Deno.test("what a model was not calibrated for is refused by a sentence that says why", () => {
  const calibration = calibrationOf([unevenSamples(50, 5)]);
  const intervalsOf = (regime: "newGene" | "newCellType" | "bothNew" | "seen", confidence = 0.9) =>
    makeIntervals(calibration, { predictions: [0.5], regimes: [regime] }, confidence);
  for (const regime of ["newCellType", "bothNew"] as const) {
    throws(() => intervalsOf(regime), (error: Error) => {
      ok(error instanceof ContractError);
      match(
        error.message,
        /Cannot make intervals for .* new cell types: .* 3 training cell types$/,
      );
      return true;
    });
  }
  // 50 samples have 50 · 200 / 51 = 196 levels.
  ok(intervalsOf("newGene", 0.98));
  throws(
    () => intervalsOf("newGene", 0.985),
    /the 50 samples that were held out are enough for 0.98 at/,
  );
  for (const confidence of [0, -1, 1, 0.996, NaN, Infinity]) {
    throws(() => intervalsOf("newGene", confidence), RangeError);
  }
  // Trained samples have the intervals of new genes here, which are all there are.
  deepStrictEqual(intervalsOf("seen"), intervalsOf("newGene"));
});

Deno.test("wider intervals at higher confidence, and none narrower than a lower one's", () => {
  const calibration = calibrationOf([unevenSamples(3000, 6)]);
  const predictions = Float64Array.from({ length: 100 }, (_, i) => i / 100);
  const regimes = Array(100).fill("newGene");
  let before = new Float32Array(100);
  for (let confidence = 0.05; confidence < 1; confidence += 0.05) {
    const { low, high } = makeIntervals(calibration, { predictions, regimes }, confidence);
    const widths = high.map((end, row) => end - low[row]!);
    ok(widths.every((width, row) => width >= before[row]!));
    before = widths;
  }
  ok(meanHalfWidth(calibration.regimes.newGene!, 0.9)! > 0);
});

Deno.test("the least confidence has the intervals of the first level", () => {
  const calibration = calibrationOf([unevenSamples(2000, 3)]);
  const samples = { predictions: [0.5], regimes: ["newGene"] as const };
  const least = makeIntervals(calibration, samples, Number.MIN_VALUE);
  ok(least.low[0]! <= least.high[0]!);
  deepStrictEqual(least, makeIntervals(calibration, samples, 0.005));
});
