import { ok, strictEqual, throws } from "node:assert";
import {
  lossAndSlope,
  predictionOf,
  predictionSlope,
  type SampleLoss,
} from "../../src/engine/loss.ts";
import { type RankedSamples, rankLossAndSlope } from "../../src/engine/rank_loss.ts";
import type { Loss } from "../../src/model/spec.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { lossOf } from "../../src/training/loss.ts";

const LOSSES: readonly SampleLoss[] = [
  "meanSquaredError",
  "binaryCrossentropy",
  { type: "huber", delta: 0.8 },
  { type: "huber", delta: 100 },
];

function nameOf(loss: Loss): string {
  return JSON.stringify(loss);
}

/** A central difference. */
function derivative(f: (x: number) => number, x: number): number {
  return (f(x + 1e-5) - f(x - 1e-5)) / 2e-5;
}

for (const loss of LOSSES) {
  Deno.test(`the slopes of ${nameOf(loss)} and of the prediction are derivatives`, () => {
    const of = lossAndSlope(loss);
    for (const output of [-3, -0.5, 0.25, 4]) {
      for (const label of [0, 1]) {
        const [, slope] = of(output, label);
        ok(Math.abs(derivative((x) => of(x, label)[0], output) - slope) < 1e-8);
      }
      const wanted = derivative((x) => predictionOf(loss, x), output);
      ok(Math.abs(predictionSlope(loss, output) - wanted) < 1e-8);
    }
  });

  Deno.test(`${nameOf(loss)} of an output equals that of its prediction`, () => {
    for (const output of [-3, -0.5, 0.25, 4]) {
      for (const label of [0, 1]) {
        const wanted = lossOf(loss, [label], [predictionOf(loss, output)]);
        ok(Math.abs(lossAndSlope(loss)(output, label)[0] - wanted) < 1e-12);
      }
    }
  });
}

Deno.test("a cross-entropy does not overflow, however sure the network is", () => {
  const of = lossAndSlope("binaryCrossentropy");
  strictEqual(of(1000, 1)[0], 0);
  strictEqual(of(-1000, 1)[0], 1000);
  strictEqual(of(-1000, 1)[1], -1);
});

Deno.test("a Huber loss is half a squared error up to delta, and a line beyond it", () => {
  const of = lossAndSlope({ type: "huber", delta: 2 });
  strictEqual(of(3, 2)[0], 0.5);
  strictEqual(of(4, 2)[0], 2);
  strictEqual(of(12, 2)[0], 18);
  strictEqual(of(-8, 2)[1], -2);
  ok(Number.isNaN(of(NaN, 2)[0]) && Number.isNaN(of(NaN, 2)[1]), "an output that is not a number");
});

/** Samples with ties among the labels, and one without weight. */
function rankedSamples(samples: number): RankedSamples & { readonly outputs: Float64Array } {
  const stream = new RandomStream(deriveKey(3, "ranked", samples));
  const outputs = Float64Array.from({ length: samples }, () => stream.normal());
  const labels = Uint8Array.from({ length: samples }, () => stream.below(4));
  const weights = Float64Array.from({ length: samples }, (_, i) => i === 2 ? 0 : 0.5 + i % 3);
  return {
    samples,
    outputs,
    outputAt: (sample) => outputs[sample]!,
    labelAt: (sample) => labels[sample]!,
    weightAt: (sample) => weights[sample]!,
  };
}

function meanRankLoss(ranked: RankedSamples): number {
  const lossAt = rankLossAndSlope(ranked);
  let sum = 0;
  for (let sample = 0; sample < ranked.samples; sample++) sum += lossAt(sample)[0];
  return sum / ranked.samples;
}

for (const samples of [1, 2, 3, 4, 7, 16, 33]) {
  Deno.test(`the slopes of rank over ${samples} samples are derivatives of the sum`, () => {
    const ranked = rankedSamples(samples);
    for (const [sample, output] of ranked.outputs.entries()) {
      const lossWith = (x: number) =>
        samples *
        meanRankLoss({ ...ranked, outputAt: (i) => i === sample ? x : ranked.outputs[i]! });
      const [, slope] = rankLossAndSlope(ranked)(sample);
      ok(Math.abs(derivative(lossWith, output) - slope) < 1e-8, `sample ${sample}`);
      if (sample === 2 || samples === 1) strictEqual(slope, 0);
    }
  });
}

Deno.test("rank is written out for three samples as its definition says", () => {
  // Distances 1 and 2: each of the pairs is compared in both directions.
  const [labels, outputs] = [[1, 0, 1], [0.5, 1, -1]];
  const pair = (i: number, j: number) => {
    const probability = 1 / (1 + Math.exp(outputs[j]! - outputs[i]!));
    const target = labels[i] === labels[j] ? 0.5 : labels[i]! > labels[j]! ? 1 : 0;
    return -target * Math.log(probability) - (1 - target) * Math.log(1 - probability);
  };
  const wanted = (pair(0, 1) + pair(1, 2) + pair(2, 0) + pair(0, 2) + pair(1, 0) + pair(2, 1)) / 6;
  ok(Math.abs(lossOf("rank", labels, outputs) - wanted) < 1e-12);
});

Deno.test("rank asks for the order alone", () => {
  const ranked = rankedSamples(20);
  const labels = Array.from({ length: 20 }, (_, sample) => ranked.labelAt(sample));
  const outputs = [...ranked.outputs];
  const loss = lossOf("rank", labels, outputs);
  const close = (other: number) => ok(Math.abs(other - loss) < 1e-12);
  close(lossOf("rank", labels, outputs.map((output) => output + 7)));
  close(lossOf("rank", labels.map((label) => label ** 3), outputs));
  ok(lossOf("rank", labels, labels.map((label) => 100 * label)) < loss);
  // Where all outputs are equal, each pair costs ln 2.
  ok(Math.abs(lossOf("rank", labels, outputs.map(() => 3)) - Math.LN2) < 1e-12);
});

Deno.test("a loss that is unknown is refused", () => {
  const measure = (loss: unknown) => lossOf(loss as Loss, [1], [1]);
  throws(() => measure("mse"), /loss is "mse", expected one of meanSquaredError.*"huber"/);
  throws(() => measure({ type: "huber", delta: 0 }), /loss\.delta is 0/);
  throws(() => measure("huber"), RangeError);
});
