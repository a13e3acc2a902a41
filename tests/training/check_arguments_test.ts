/** What programs without types give to training by mistake. */

import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { memorySource } from "../../src/engine/memory_source.ts";
import { modelToOnnx } from "../../src/exchange/mod.ts";
import { loadModel, saveModel, serializeModel } from "../../src/model/save_load.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { calibrate } from "../../src/training/calibrate.ts";
import { encodeCheckpoint } from "../../src/training/checkpoint.ts";
import { modelOfCheckpoint } from "../../src/training/checkpoint_model.ts";
import { crossValidate } from "../../src/training/crossval.ts";
import { fit } from "../../src/training/fit.ts";
import { fitCalibrated } from "../../src/training/fit_calibrated.ts";
import { fitMany } from "../../src/training/fit_many.ts";
import { fitEnsemble, predictEnsemble } from "../../src/training/ensemble.ts";
import { priceMarks } from "../../src/training/mark_prices.ts";
import { predict } from "../../src/training/predict.ts";
import { openPredictor } from "../../src/training/predictor.ts";
import { samplesFor } from "../../src/training/samples_for.ts";
import type { FitCheckpoint, FitResult } from "../../src/training/fit_types.ts";

const COLUMNS = simulateColumns({ cellTypes: 4, genes: 10, newGenes: 1, bins: 20 }).train;
const DATA = new Dataset(COLUMNS);
const QUICK = { epochs: 3, batchSize: 8, engine: "tfjs-cpu" } as const;

Deno.test("columns in place of a data set, and options that are something else, are refused", async () => {
  const columns = COLUMNS as never;
  const isColumns = /found columns as data, expected a Dataset: new Dataset\(columns\)$/;
  await rejects(fit("experiment1", columns, QUICK), isColumns);
  await rejects(crossValidate("experiment1", columns, QUICK), isColumns);
  await rejects(fit("experiment1", undefined as never), /found missing as data, expected/);
  for (
    const [name, message] of [
      ["checkpoint", /^TypeError: Cannot train: checkpoint\.save is missing, expected a function$/],
      ["initial", /^TypeError: Cannot train: initial has no spec, expected a trained model/],
      ["resume", /^TypeError: Cannot resume: resume has no runs, .*, expected a checkpoint/],
    ] as const
  ) {
    await rejects(fit("experiment1", DATA, { ...QUICK, [name]: {} }), message);
  }
});

Deno.test("a checkpoint that was kept without a copy is refused, and a copy is taken", async () => {
  const kept: FitCheckpoint[] = [];
  const copies: FitCheckpoint[] = [];
  await fit("experiment1", DATA, {
    ...QUICK,
    checkpoint: {
      save: (checkpoint) => {
        kept.push(checkpoint);
        copies.push(structuredClone(checkpoint));
        return Promise.resolve();
      },
    },
  });
  const [first] = kept as [FitCheckpoint];
  const isFreed = /^ContractError: .*memory was freed after `save`, .*structuredClone/;
  await rejects(encodeCheckpoint(first), isFreed);
  throws(() => modelOfCheckpoint(first), isFreed);
  await rejects(fit("experiment1", DATA, { ...QUICK, resume: first }), isFreed);
  const [copy] = copies as [FitCheckpoint];
  await encodeCheckpoint(copy);
  modelOfCheckpoint(copy);
  await fit("experiment1", DATA, { ...QUICK, resume: copy });
});

Deno.test("what is no checkpoint, or went through JSON, is refused with what to do", async () => {
  const copies: FitCheckpoint[] = [];
  const save = (checkpoint: FitCheckpoint) =>
    Promise.resolve(void copies.push(structuredClone(checkpoint)));
  await fit("experiment1", DATA, { ...QUICK, epochs: 1, checkpoint: { save } });
  const [whole] = copies as [FitCheckpoint];
  const json = JSON.parse(JSON.stringify(whole));
  const isJson =
    /^TypeError: .* run 0 of the checkpoint has no lists of Float32Array, as after JSON/;
  throws(() => modelOfCheckpoint(json), isJson);
  throws(() => modelOfCheckpoint(null as never), /found null, expected a checkpoint, such as/);
  const resume = (change: object) =>
    fit("experiment1", DATA, { ...QUICK, epochs: 1, resume: { ...whole, ...change } });
  await rejects(resume(json), isJson);
  await rejects(resume({ runs: [{}] }), isJson);
  await rejects(resume({ epoch: -3 }), /Cannot resume: epoch of the checkpoint is -3, expected/);
  await rejects(
    resume({ position: "5" }),
    /position of the checkpoint is "5", expected an integer/,
  );
});

/** Options that are `null`, as JSON says that they were not given. */
function nothing(...names: string[]): object {
  return Object.fromEntries(names.map((name) => [name, null]));
}

Deno.test("options that are null are as if they were not given", async () => {
  const { model } = await fit("experiment1", DATA, { ...QUICK, epochs: 1 });
  const none = nothing("signal", "stop", "initial", "resume", "checkpoint", "validation");
  const more = nothing("sampleWeights", "frozen", "unlabelled", "onProgress", "engine", "seed");
  const options = { ...none, ...more, epochs: 1, batchSize: 8 };
  const again = await fit("experiment1", DATA, { ...options, engine: "tfjs-cpu" });
  deepStrictEqual(again.model.weights, model.weights);
  const wanted = await predict(model, DATA, { engine: "wasm" });
  const unset = nothing("signal", "onProgress", "unlabelled", "path", "maxQueued", "threads");
  deepStrictEqual(await predict(model, DATA, { ...unset, engine: "wasm" }), wanted);
  await using predictor = await openPredictor(model, { ...unset, engine: "wasm" });
  deepStrictEqual(await predictor.predict(DATA), wanted);
});

Deno.test("options of a class count with the getters of its prototype, and those below options may be null", async () => {
  class Options {
    readonly batchSize = 8;
    readonly engine = "tfjs-cpu";
    get epochs(): number {
      return 2;
    }
    get seed(): number {
      return 7;
    }
  }
  const [one] = await fitMany("experiment1", [{ data: DATA }], new Options());
  strictEqual(one!.history.length, 2);
  const { history, model } = await fit("experiment1", DATA, new Options());
  strictEqual(history.length, 2);
  const plain = await fit("experiment1", DATA, { ...QUICK, epochs: 2, seed: 7 });
  deepStrictEqual(model.weights, plain.model.weights);
  const stopped = new (class extends Options {
    get signal(): AbortSignal {
      return AbortSignal.abort(new Error("given up"));
    }
  })();
  await rejects(fit("experiment1", DATA, stopped), /given up/);
  let saved = 0;
  const save = () => Promise.resolve(void saved++);
  await fitMany("experiment1", [{ data: DATA, validation: null as never }], {
    ...QUICK,
    checkpoint: { save, survey: null as never },
    earlyStopping: null as never,
  });
  strictEqual(saved > 0, true);
  await using predictor = await openPredictor(model, { engine: "tfjs-cpu" });
  strictEqual((await predictor.predict(DATA, null as never)).length, DATA.length);
  strictEqual(
    (await predictor.predictDetails(DATA, null as never)).predictions.length,
    DATA.length,
  );
});

Deno.test("signals, functions and switches that are something else are refused before anything is done", async () => {
  const { model } = await fit("experiment1", DATA, { ...QUICK, epochs: 1 });
  let started = 0;
  const calls: readonly ((options: object) => Promise<unknown>)[] = [
    (options) => fit("experiment1", DATA, { ...QUICK, onStart: () => started++, ...options }),
    (options) => fitEnsemble("experiment1", DATA, { ...QUICK, ...options }),
    (options) => fitCalibrated("experiment1", DATA, { ...QUICK, ...options }),
    (options) => crossValidate("experiment1", DATA, { ...QUICK, ...options }),
    (options) => predict(model, DATA, { engine: "wasm", ...options }),
    (options) => openPredictor(model, { engine: "wasm", ...options }),
  ];
  const wrong: readonly (readonly [string, unknown, RegExp])[] = [
    ["signal", {}, /: signal is an object, expected an AbortSignal$/],
    ["stop", "x", /: stop is "x", expected an AbortSignal$/],
    ["onEpoch", 5, /: onEpoch is 5, expected a function$/],
    ["onProgress", {}, /: onProgress is an object, expected a function$/],
    ["acceptAssembly", "false", /: acceptAssembly is "false", expected true or false$/],
    ["geneEffects", "no", /: geneEffects is "no", expected true, false/],
  ];
  for (const call of calls) {
    for (const [name, value, message] of wrong) {
      await rejects(call({ [name]: value }), { name: "TypeError", message });
    }
  }
  await rejects(fit("experiment1", DATA, "x" as never), /options are "x", expected an object$/);
  for (const validation of [{}, [], COLUMNS]) {
    const options = { ...QUICK, validation: validation as never };
    await rejects(fit("experiment1", DATA, options), /Cannot validate: found .*expected a Dataset/);
  }
  strictEqual(started, 0);
});

Deno.test("what is no trained model is refused with what to give in its place", async () => {
  const result = await fit("experiment1", DATA, { ...QUICK, epochs: 1 });
  const calls: readonly ((model: never) => unknown)[] = [
    (model) => predict(model, DATA),
    (model) => openPredictor(model),
    (model) => saveModel(model, "/nowhere"),
    (model) => samplesFor(model, []),
    (model) => serializeModel(model),
    (model) => modelToOnnx(model),
  ];
  const json = JSON.parse(JSON.stringify(result.model));
  for (const call of calls) {
    const refuse = (model: unknown, message: RegExp) =>
      rejects(async () => await call(model as never), { name: "TypeError", message });
    await refuse(result, /an object without spec was given as the model, .* its `model`$/);
    await refuse(null, /null without spec was given as the model, expected a trained model: what/);
    await refuse(json, /weights that are no Float32Array, as after JSON.stringify/);
  }
});

Deno.test("a misspelt option is refused with the name that is meant", async () => {
  const { model } = await fit("experiment1", DATA, { ...QUICK, epochs: 1 });
  const calls: readonly ((options: object) => Promise<unknown>)[] = [
    (options) => fit("experiment1", DATA, { ...QUICK, ...options }),
    (options) => fitMany("experiment1", [{ data: DATA }], { ...QUICK, ...options }),
    (options) => fitMany("experiment1", [{ data: DATA, ...options }], QUICK),
    (options) => fitEnsemble("experiment1", DATA, { ...QUICK, ...options }),
    (options) => fitCalibrated("experiment1", DATA, { ...QUICK, ...options }),
    (options) => calibrate("experiment1", DATA, { ...QUICK, ...options }),
    (options) => crossValidate("experiment1", DATA, { ...QUICK, ...options }),
    (options) => predict(model, DATA, { engine: "wasm", ...options }),
    (options) => predictEnsemble([model], DATA, { engine: "wasm", ...options }),
    (options) => priceMarks([model], DATA, { engine: "wasm", ...options }),
    (options) => openPredictor(model, { engine: "wasm", ...options }),
    async (options) => await Promise.resolve(samplesFor(model, [], options)),
  ];
  const wrong: readonly (readonly [object, RegExp])[] = [
    [{ tranform: "log1p" }, /: found option "tranform", did you mean transform\?$/],
    [{ transfrom: "log1p" }, /: found option "transfrom", did you mean transform\?$/],
    [{ epoch: 5 }, /: found option "epoch", did you mean epochs\?$/],
    [{ learning_rate: 1 }, /: found option "learning_rate", did you mean learningRate\?$/],
    [{ engin: "wasm" }, /: found option "engin", did you mean engine\?$/],
    [Object.create({ sead: 7 }), /: found option "sead", did you mean seed\?$/],
  ];
  for (const call of calls) {
    for (const [options, message] of wrong) {
      // Spread, an object would lose what it inherits.
      const [own] = Object.keys(options);
      // Beside the name that is meant, which quick options have, it is one of a program's own.
      const meant = /did you mean (\w+)/.exec(message.source)![1]!;
      if (own === undefined || meant in QUICK) continue;
      await rejects(call(options), { name: "TypeError", message });
    }
  }
  for (const [options, message] of wrong) {
    await rejects(predict(model, DATA, options), { name: "TypeError", message });
  }
  const earlyStopping = { patience: 3, restorBest: false };
  await rejects(
    fit("experiment1", DATA, { ...QUICK, validation: DATA, earlyStopping }),
    /: found option of earlyStopping "restorBest", did you mean restoreBest\?$/,
  );
});

Deno.test("fields of a program's record that cannot be meant for an option are no misspelt ones", async () => {
  const record = {
    ...QUICK,
    epochs: 1,
    // As `step`, `seeds` and others are near options of other kinds.
    step: 5,
    seeds: [1, 2],
    fold: 3,
    member: 1,
    repeat: 2,
    group: "liver",
    date: "2026-12-01",
    paths: ["a.npz"],
    phase: "warm",
    windows: "promoters.bed",
    transformed: true,
    subset: "test",
    schema: "2",
    evaluation: { pearson: 0.5 },
    scheduled: "at night",
    matchBy: "label",
  };
  const wanted = await fit("experiment1", DATA, { ...QUICK, epochs: 1 });
  const { model } = await fit("experiment1", DATA, record);
  deepStrictEqual(model.weights, wanted.model.weights);
  const dated = { ...record, date: new Date() };
  strictEqual((await fit("experiment1", DATA, dated)).interrupted, false);
  for (
    const [name, value] of [
      ["thread", 2],
      ["sead", "3"],
      ["sampleWeight", [1]],
      ["onEpohc", () => {}],
      ["validations", DATA],
      ["signl", new AbortController().signal],
    ]
  ) {
    await rejects(fit("experiment1", DATA, { ...QUICK, [String(name)]: value }), /did you mean/);
  }
});

Deno.test("options of other functions, unset ones and what a class has besides are no mistakes", async () => {
  const shared = {
    ...QUICK,
    epochs: 1,
    members: 1,
    folds: 2,
    confidence: 0.9,
    loudness: undefined,
    preset: "experiment1",
    heldOut: [1, 2],
  };
  const [first] = await fitEnsemble("experiment1", DATA, shared);
  const wanted = await predict(first!.model, DATA, { engine: "tfjs-cpu" });
  deepStrictEqual(await predict(first!.model, DATA, shared), wanted);
  class Options {
    readonly title = "mine";
    readonly epochs = 1;
    get engine() {
      return "tfjs-cpu" as const;
    }
    describe(): string {
      return this.title;
    }
  }
  const own = new Options();
  strictEqual((await fit("experiment1", DATA, own)).history.length, 1);
  strictEqual((await fitCalibrated("experiment1", DATA, own)).members.length, 1);
  deepStrictEqual(await predict(first!.model, DATA, own), wanted);
  const { members: [one] } = await predictEnsemble([first!.model], DATA, own);
  deepStrictEqual(one, wanted);
});

Deno.test("hooks that are methods are called with the object that they were given in", async () => {
  class Listener {
    readonly epochs = 1;
    readonly engine = "wasm";
    readonly #heard = new Set<string>();
    heard() {
      return [...this.#heard].sort();
    }
    onStart() {
      this.#heard.add("start");
    }
    onEpoch() {
      this.#heard.add("epoch");
    }
    onProgress() {
      this.#heard.add("progress");
    }
  }
  const training = new Listener();
  const { model } = await fit("experiment1", DATA, training);
  deepStrictEqual(training.heard(), ["epoch", "progress", "start"]);
  const several = new Listener();
  await fitMany("experiment1", [{ data: DATA }], several);
  deepStrictEqual(several.heard(), ["epoch", "progress", "start"]);
  const prediction = new Listener();
  await predict(model, DATA, prediction as object);
  deepStrictEqual(prediction.heard(), ["progress", "start"]);
  const calls = new Listener();
  await using predictor = await openPredictor(model, { engine: "wasm" });
  await Promise.all([predictor.predict(DATA, calls), predictor.predict(DATA, calls)]);
  deepStrictEqual(calls.heard(), ["progress"]);
});

Deno.test("the errors of hooks that are asynchronous are those of the call", async () => {
  const { model } = await fit("experiment1", DATA, { ...QUICK, epochs: 1 });
  const fail = async () => {
    await Promise.resolve();
    throw new Error("mine");
  };
  await using predictor = await openPredictor(model, { engine: "wasm" });
  const calls: readonly (() => Promise<unknown>)[] = [
    () => fit("experiment1", DATA, { ...QUICK, onProgress: fail }),
    () => fit("experiment1", DATA, { ...QUICK, epochs: 1, batchSize: 1000, onProgress: fail }),
    () => fit("experiment1", DATA, { ...QUICK, onStart: fail }),
    () => fitEnsemble("experiment1", DATA, { ...QUICK, onProgress: fail }),
    () => crossValidate("experiment1", DATA, { ...QUICK, folds: 2, onFold: fail }),
    () => crossValidate("experiment1", DATA, { ...QUICK, folds: 2, onFoldEnd: fail }),
    () => predict(model, DATA, { engine: "wasm", onProgress: fail }),
    () => predict(model, DATA, { engine: "wasm", onStart: fail }),
    () => predictor.predict(DATA, { onProgress: fail }),
  ];
  for (const call of calls) await rejects(call(), /^Error: mine$/);
});

Deno.test("models, weights of samples and weights that are something else are refused", async () => {
  for (const spec of [null, undefined, 5]) {
    const message =
      /found (null|missing|5) as the model, expected a model or the name of a preset$/;
    for (const train of [fit, fitCalibrated, crossValidate, calibrate]) {
      const options = { ...QUICK, folds: 2 };
      await rejects(async () => await train(spec as never, DATA, options), {
        name: "TypeError",
        message,
      });
    }
  }
  for (const [value, shown] of [["1", /"1"/], [null, /null/]] as const) {
    const sampleWeights = Array.from(DATA.rows, () => value) as unknown as number[];
    await rejects(fit("experiment1", DATA, { ...QUICK, sampleWeights }), (error: Error) => {
      return error.name === "TypeError" && shown.test(error.message) &&
        /the weight of sample 0 is .*, expected a number$/.test(error.message);
    });
  }
  const { model } = await fit("experiment1", DATA, { ...QUICK, epochs: 1 });
  const weights = model.weights.map((values) => values.map((value, i) => i === 2 ? NaN : value));
  await rejects(serializeModel({ ...model, weights }), {
    name: "ContractError",
    message: /^Cannot save model "experiment1": kernel of .* has NaN, expected finite numbers$/,
  });
  throws(
    () => memorySource(null as never),
    /^TypeError: Cannot take samples: found null, expected/,
  );
});

Deno.test("options of a predictor's call, and of saving and loading, are taken and refused as those of training are", async () => {
  const { model: trained } = await fit("experiment1", DATA, { ...QUICK, epochs: 1 });
  await using predictor = await openPredictor(trained, { engine: "wasm" });
  const nulls = { signal: null, onProgress: null, confidence: null } as object;
  const { predictions } = await predictor.predictDetails(DATA, nulls);
  deepStrictEqual(await predictor.predict(DATA, nulls), predictions);
  const cases: [unknown, RegExp][] = [
    [{ signal: "x" }, /^Cannot predict: signal is "x", expected an AbortSignal$/],
    [{ onProgress: {} }, /^Cannot predict: onProgress is an object, expected a function$/],
    [{ sginal: new AbortController().signal }, /found option "sginal", did you mean signal\?$/],
    [5, /^Cannot predict: options are 5, expected an object$/],
  ];
  for (const [options, message] of cases) {
    await rejects(predictor.predict(DATA, options as object), { name: "TypeError", message });
  }
  const { json, weights } = await serializeModel(trained);
  const files = { json: new Blob([json]), weights };
  deepStrictEqual(await loadModel(files, { panels: null, signal: null } as object), trained);
  deepStrictEqual(await loadModel(files, null as never), trained);
  await rejects(loadModel(files, { signal: 3 } as object), /^TypeError: Cannot load model: signal/);
  await rejects(saveModel(trained, "unused", { panel: "besides" as never }), {
    name: "RangeError",
    message: 'Cannot save model: panel is "besides", expected one of beside, above, elsewhere',
  });
});

Deno.test("gene effects that are something else are refused", async () => {
  const { model: trained } = await fit("experiment1", DATA, { ...QUICK, epochs: 1 });
  const wrong = [null, 5, {}, { genes: ["a"], effects: new Float32Array(2), mean: 0 }];
  for (const geneEffects of wrong) {
    const model = { ...trained, geneEffects } as never;
    const message = /^Cannot predict: the model's geneEffects are .* without genes/;
    await rejects(predict(model, DATA, { engine: "wasm" }), { name: "TypeError", message });
  }
});

Deno.test("what hooks do with what they get changes nothing", async () => {
  const options = { epochs: 2, engine: "wasm" } as const;
  const wanted = await fit("experiment1", DATA, options);
  const changed = await fit("experiment1", DATA, {
    ...options,
    onStart: (report) => Object.assign(report, { engine: "changed" }),
    onEpoch: (record) => Object.assign(record, { epoch: 99, loss: 0 }),
  });
  strictEqual(changed.engine, "wasm");
  const seen = ({ history }: FitResult) => history.map(({ epoch, loss }) => [epoch, loss]);
  deepStrictEqual(seen(changed), seen(wanted));
});
