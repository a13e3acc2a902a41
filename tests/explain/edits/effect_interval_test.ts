import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { effectInterval } from "../../../src/explain/mod.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";

/** t of 0.975 by degrees of freedom, from scipy.stats.t.ppf. */
const T = { 1: 12.706204736432095, 2: 4.302652729911275, 7: 2.3646242515927844 };

Deno.test("of one factor, the interval is Student's", () => {
  const values = [0.5, 1.5, 4];
  const sd = Math.sqrt((1.5 ** 2 + 0.5 ** 2 + 2 ** 2) / 2);
  const half = T[2] * sd / Math.sqrt(3);
  for (const [models, draws] of [[3, 1], [1, 3]] as const) {
    const { mean, low, high, modelSd, drawSd } = effectInterval({ effects: values, models, draws });
    strictEqual(mean, 2);
    ok(Math.abs(low - (2 - half)) < 1e-9 && Math.abs(high - (2 + half)) < 1e-9);
    ok(Math.abs((models === 3 ? modelSd : drawSd) - sd) < 1e-12);
    ok(Number.isNaN(models === 3 ? drawSd : modelSd));
  }
});

Deno.test("a single effect has no interval, and effects that do not vary one of no width", () => {
  const one = effectInterval({ effects: [3], models: 1, draws: 1 });
  strictEqual(one.mean, 3);
  for (const value of [one.low, one.high, one.modelSd, one.drawSd]) ok(Number.isNaN(value));
  const same = effectInterval({ effects: [2, 2, 2, 2, 2, 2], models: 2, draws: 3 });
  deepStrictEqual(same, { mean: 2, low: 2, high: 2, modelSd: 0, drawSd: 0 });
});

Deno.test("of two factors without an interaction, variances of the mean add up", () => {
  // Effects are the sum of a model's and a draw's part, so nothing is left for the interaction.
  const [ofModels, ofDraws] = [[-1, 1], [-3, 0, 3]];
  const effects = ofModels.flatMap((model) => ofDraws.map((draw) => 10 + model + draw));
  const { mean, low, high, modelSd, drawSd } = effectInterval({ effects, models: 2, draws: 3 });
  strictEqual(mean, 10);
  ok(Math.abs(modelSd - Math.SQRT2) < 1e-12 && Math.abs(drawSd - 3) < 1e-12);
  // The variance of the mean is 2/2 + 9/3 = 4; degrees of freedom by Satterthwaite: 4² / (1²/1 + 3²/2) = 32/11.
  const halfOf3 = 3.182446305284263; // t of 0.975 with 3 degrees of freedom: that of 2.91 is a little more
  ok(high - mean > 2 * halfOf3 && high - mean < 2 * T[2] && Math.abs(high + low - 20) < 1e-9);
});

Deno.test("intervals hold the true mean about as often as they say, whatever varies", () => {
  const stream = new RandomStream(deriveKey(11, "coverage"));
  const [models, draws, rounds] = [4, 10, 1500];
  for (
    const [modelSd, drawSd, restSd] of [[1, 0, 0.2], [0, 1, 0.2], [1, 2, 0.5], [0, 0, 1]] as const
  ) {
    let held = 0;
    for (let round = 0; round < rounds; round++) {
      const ofModels = Array.from({ length: models }, () => modelSd * stream.normal());
      const ofDraws = Array.from({ length: draws }, () => drawSd * stream.normal());
      const effects = ofModels.flatMap((model) =>
        ofDraws.map((draw) => 7 + model + draw + restSd * stream.normal())
      );
      const { low, high } = effectInterval({ effects, models, draws }, { confidence: 0.9 });
      if (low <= 7 && high >= 7) held++;
    }
    // A standard error is 0.8%. Where factors add little, their estimates are cut off at 0, so intervals err to the wide side.
    ok(
      held / rounds > 0.87 && held / rounds < 0.975,
      `${[modelSd, drawSd, restSd]}: ${held / rounds}`,
    );
  }
});

Deno.test("impossible requests are refused", () => {
  const table = { effects: [1, 2], models: 2, draws: 1 };
  for (const confidence of [0, 1, NaN, 95]) {
    throws(
      () => effectInterval(table, { confidence }),
      /confidence is .*, expected a number above 0 and below 1/,
    );
  }
  throws(() => effectInterval({ ...table, draws: 2 }), /2 effects, expected 2 models × 2 draws/);
  throws(() => effectInterval({ effects: [], models: 0, draws: 1 }), /0 effects, expected/);
});
