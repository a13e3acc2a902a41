import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { presetSpec } from "../../src/model/presets.ts";
import { presetSettings, resolveSettings } from "../../src/training/settings.ts";

Deno.test("each setting comes from the first layer that has it", () => {
  const flags = { epochs: 3, transform: undefined, seed: 7 };
  const file = { epochs: 5, batchSize: 20, transform: "log1p" } as const;
  deepStrictEqual(resolveSettings(flags, file, presetSettings("wakawaka")), {
    seed: 7,
    epochs: 3,
    batchSize: 20,
    learningRate: 0.001,
    transform: "log1p",
    geneEffects: false,
    schedule: { type: "constant" },
    weightDecay: 0,
    batchBy: "sample",
    labelDropout: 0,
    geneDropout: 0,
    referenceDropout: 0,
    markDropout: 0,
    labelStatistics: false,
  });
});

Deno.test("few samples are divided into smaller batches, where a preset needs a number of steps", () => {
  const batchOf = (samples: number) => presetSettings("waka3", { samples }).batchSize;
  // 14 epochs of 22 batches are 308 steps, and of 21 are 294.
  deepStrictEqual([Infinity, 1e6, 21 * 512 + 1, 21 * 512].map(batchOf), [512, 512, 512, 256]);
  deepStrictEqual([960, 1].map(batchOf), [32, 32]);
  strictEqual(presetSettings("wakawaka", { samples: 10 }).batchSize, 250);
  strictEqual("leastSteps" in presetSettings("waka3"), false);
});

Deno.test("what is hidden in training is a share", () => {
  const waka3 = presetSettings("waka3");
  for (const name of ["labelDropout", "geneDropout", "referenceDropout", "markDropout"]) {
    for (const share of [-0.1, 1, NaN]) {
      throws(
        () => resolveSettings({ [name]: share }, waka3),
        new RegExp(`${name} is ${share}, expected a number from 0 to less than 1`),
      );
    }
  }
  throws(() => resolveSettings({ labelDropout: 0.6, geneDropout: 0.5 }, waka3), /at most 1/);
});

Deno.test("batches are by sample or by gene", () => {
  strictEqual(resolveSettings({ batchBy: "gene" }, presetSettings("wakawaka")).batchBy, "gene");
  const wrong = { batchBy: "chromosome" as "gene" };
  throws(
    () => resolveSettings(wrong, presetSettings("wakawaka")),
    /batchBy is chromosome, expected one of sample, gene/,
  );
});

Deno.test("false and 0 are settings, undefined is not", () => {
  const { geneEffects, seed } = resolveSettings(
    { geneEffects: false, seed: 0 },
    { geneEffects: true, seed: 3 },
    presetSettings("waka2"),
  );
  deepStrictEqual([geneEffects, seed], [false, 0]);
  strictEqual(resolveSettings(presetSettings("waka2")).geneEffects, true);
});

Deno.test("a model that is not a preset is trained as wakawaka is", () => {
  deepStrictEqual(presetSettings(presetSpec("experiment3")), presetSettings("wakawaka"));
});

Deno.test("settings out of range are refused with their names", () => {
  const wakawaka = presetSettings("wakawaka");
  throws(() => resolveSettings({ seed: -1 }, wakawaka), /seed is -1, expected an integer >= 0/);
  throws(() => resolveSettings({ epochs: 0 }, wakawaka), /epochs is 0, expected an integer >= 1/);
  throws(() => resolveSettings({ batchSize: 1.5 }, wakawaka), /batchSize is 1.5/);
  throws(() => resolveSettings({ learningRate: 0 }, wakawaka), /learningRate is 0, expected/);
  throws(() => resolveSettings({ epochs: 1 }), /batchSize is NaN/);
  throws(
    () => resolveSettings({ epochs: "2" as never }, wakawaka),
    /epochs is "2", expected an integer >= 1$/,
  );
  throws(
    () => resolveSettings({ seed: 2 ** 53 }, wakawaka),
    /seed is 9007199254740992, expected an integer >= 0 and <= 9007199254740991$/,
  );
  throws(
    () => resolveSettings({ learningRate: Infinity }, wakawaka),
    /learningRate is Infinity, expected a finite number > 0$/,
  );
  for (const weightDecay of [-0.1, NaN, Infinity, "0.1" as never]) {
    throws(
      () => resolveSettings({ weightDecay }, wakawaka),
      /weightDecay is .*, expected a finite number/,
    );
  }
  const schedule = (value: unknown) => () =>
    resolveSettings({ schedule: value as never }, wakawaka);
  throws(
    schedule({ type: "step" }),
    /schedule\.type is "step", expected one of constant, oneCycle/,
  );
  throws(
    schedule({ type: "cosine", warmUp: 1 }),
    /schedule\.warmUp is 1, expected a number >= 0 and < 1/,
  );
  throws(schedule({ type: "constant", warmUp: 0.1 }), RangeError);
  throws(schedule("cosine"), RangeError);
});
