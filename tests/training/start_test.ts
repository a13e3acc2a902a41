import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { ContractError } from "../../src/errors.ts";
import { digestWeights } from "../../src/model/digest_weights.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { loadModel, serializeModel } from "../../src/model/save_load.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import type { TrainedModel } from "../../src/model/trained_model.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { crossValidate } from "../../src/training/crossval.ts";
import { fitEnsemble } from "../../src/training/ensemble.ts";
import { fit } from "../../src/training/fit.ts";
import type { FitCheckpoint, FitOptions } from "../../src/training/fit_types.ts";
import { findFrozen, type FrozenPart } from "../../src/training/frozen.ts";
import { predict } from "../../src/training/predict.ts";
import { simulatedData } from "../helpers/simulated.ts";

const { train } = simulatedData();
const QUICK = {
  engine: "wasm",
  threads: 2,
  epochs: 2,
  batchSize: 8,
  learningRate: 0.01,
  transform: "log1p",
} as const satisfies FitOptions;
const SPEC = presetSpec("experiment2", { bins: 20 });
/** A training rate at which no weight moves by a bit. */
const STILL = { ...QUICK, epochs: 1, learningRate: 1e-60 };

const first = await fit("experiment2", train, QUICK);

Deno.test("training starts from the weights that are given, of a model or alone", async () => {
  const still = await fit("experiment2", train, { ...STILL, initial: first.model });
  deepStrictEqual(still.model.weights, first.model.weights);
  const weights = initialWeights(SPEC, 42);
  const own = await fit(SPEC, train, { ...STILL, initial: weights });
  deepStrictEqual(own.model.weights, weights);
  strictEqual(own.model.training.startedFrom, await digestWeights(weights));
  // The weights that were given stay the caller's, and as they are.
  const before = weights.map((values) => values.slice());
  await fit(SPEC, train, { ...QUICK, initial: weights });
  deepStrictEqual(weights, before);
});

Deno.test("random weights that are given train to the bits of those that are drawn", async () => {
  const given = await fit(SPEC, train, { ...QUICK, seed: 7, initial: initialWeights(SPEC, 7) });
  const drawn = await fit(SPEC, train, { ...QUICK, seed: 7 });
  deepStrictEqual(given.model.weights, drawn.model.weights);
});

Deno.test("settings that are not given are those with which the model was trained", async () => {
  const { model } = await fit("experiment2", train, {
    ...QUICK,
    schedule: { type: "cosine" },
    weightDecay: 0.25,
    geneEffects: true,
  });
  const again = (await fit(model.spec, train, { engine: "wasm", initial: model })).model;
  for (const name of ["batchSize", "schedule", "weightDecay", "epochs"] as const) {
    deepStrictEqual(again.training[name], model.training[name]);
  }
  // The whole rate would soon forget what was learnt.
  strictEqual(again.training.learningRate, 0.1 * model.training.learningRate);
  strictEqual(again.record.transform, "log1p");
  ok(again.geneEffects !== undefined);
  const other = (await fit(model.spec, train, {
    engine: "wasm",
    initial: model,
    epochs: 1,
    schedule: { type: "constant" },
    weightDecay: 0,
    geneEffects: false,
  })).model;
  strictEqual(other.training.epochs, 1);
  strictEqual(other.training.schedule, undefined);
  strictEqual(other.training.weightDecay, undefined);
  strictEqual(other.geneEffects, undefined);
});

Deno.test("a start that does not fit is refused", async () => {
  const start = (initial: FitOptions["initial"], options: FitOptions = {}) =>
    fit("experiment2", train, { ...QUICK, ...options, initial });
  await rejects(start([]), /found 0 arrays, expected 8/);
  const weights = initialWeights(SPEC, 1);
  await rejects(start([...weights.slice(1), weights[0]!]), ContractError);
  const broken = weights.with(2, weights[2]!.with(0, NaN));
  await rejects(start(broken), /array 2 has a value that is NaN or infinite/);
  const other = (await fit("experiment1", train, QUICK)).model;
  await rejects(start(other), /its layers are not those of "experiment2"/);
  await rejects(
    start(first.model, { transform: "asinh" }),
    /its network sees values with transform log1p, found transform asinh/,
  );
  const { record } = train.columns;
  const elsewhere = new Dataset({ ...train.columns, record: { ...record, assembly: "hg38" } });
  const move = (acceptAssembly: boolean) =>
    fit("experiment2", elsewhere, { ...STILL, initial: first.model, acceptAssembly });
  await rejects(move(false), /hg19.*hg38/);
  const moved = (await move(true)).model;
  strictEqual(moved.record.assembly, "hg38");
  deepStrictEqual(moved.weights, first.model.weights);
});

Deno.test("how a model was trained is saved with it, and an older model says nothing of it", async () => {
  const { model } = await fit("experiment2", train, {
    ...QUICK,
    validation: train,
    initial: first.model,
    frozen: ["encoder"],
    schedule: { type: "oneCycle", warmUp: 0.25 },
    weightDecay: 0.5,
    loss: { type: "huber", delta: 2 },
    earlyStopping: { patience: 1 },
    sampleWeights: new Float64Array(train.length).fill(2),
  });
  const reload = async (saved: TrainedModel) => {
    const { json, weights } = await serializeModel(saved);
    return await loadModel({
      json: bytesSource(new TextEncoder().encode(json), "model.json"),
      weights: bytesSource(weights, "weights.bin"),
    });
  };
  deepStrictEqual(await reload(model), model);
  deepStrictEqual(model.training.frozen, [0]);
  deepStrictEqual(model.spec.loss, { type: "huber", delta: 2 });
  deepStrictEqual(Object.keys(first.model.training).sort(), [
    "arithmetic",
    "batchSize",
    "engine",
    "epochs",
    "learningRate",
    "samples",
    "seed",
  ]);
  deepStrictEqual(await reload(first.model), first.model);
});

Deno.test("frozen layers keep their weights, and the others move", async () => {
  const shapes = weightShapes(SPEC);
  for (const frozen of [[0], ["encoder"], ["head"], [4, 7]] satisfies FrozenPart[][]) {
    const { weights } =
      (await fit("experiment2", train, { ...QUICK, initial: first.model, frozen }))
        .model;
    const { layers } = findFrozen(SPEC, frozen);
    for (const [index, { layer }] of shapes.entries()) {
      const isSame = weights[index]!.every((value, i) => value === first.model.weights[index]![i]);
      strictEqual(isSame, layers.includes(layer), `weight ${index} of layer ${layer}`);
    }
  }
});

Deno.test("parts of a model are found in sequential models and in models with branches", () => {
  const wakawaka = presetSpec("wakawaka");
  deepStrictEqual(findFrozen(wakawaka, []), { layers: [], weights: [] });
  deepStrictEqual(findFrozen(wakawaka, ["encoder"]).layers, [0, 3, 6]);
  deepStrictEqual(findFrozen(wakawaka, ["head"]).layers, [11, 13, 15]);
  deepStrictEqual(findFrozen(wakawaka, [3, 0, 3]), { layers: [0, 3], weights: [0, 1, 2, 3] });
  deepStrictEqual(findFrozen(presetSpec("bigru10"), ["encoder"]).layers, [0, 3, 6, 9]);
  const branched = presetSpec("waka3");
  const shapes = weightShapes(branched);
  const encoder = findFrozen(branched, ["encoder"]);
  const head = findFrozen(branched, ["head"]);
  const all = [...encoder.weights, ...head.weights].sort((a, b) => a - b);
  deepStrictEqual(all, [...shapes.keys()]);
  // The scale of distances in the join is the head's.
  const scale = shapes.findIndex(({ name }) => name === "distance_scale");
  ok(scale < 0 || head.weights.includes(scale));
});

Deno.test("layers that cannot be frozen are refused", async () => {
  const wakawaka = presetSpec("wakawaka");
  const find = (parts: readonly unknown[]) => () => findFrozen(wakawaka, parts as FrozenPart[]);
  throws(
    find([1]),
    /layer 1 of "wakawaka": it has no weights, expected one of 0, layers\[0\] \(conv1d\)/,
  );
  throws(find([99]), /layer 99/);
  throws(find([-1]), RangeError);
  throws(find([0.5]), RangeError);
  throws(find(["trunk"]), /Cannot freeze "trunk": expected the number of a layer, encoder or head/);
  throws(find(["encoder", "head"]), /all of its layers are frozen/);
  const { layers, ...spec } = presetSpec("wakawaka");
  const rowless = { ...spec, layers: layers.filter(({ type }) => type !== "flatten") };
  throws(
    () => findFrozen({ ...rowless, bins: 1 }, ["head"]),
    /it has no flatten, GRU or LSTM|does not fit/,
  );
  await rejects(fit("experiment2", train, { ...QUICK, frozen: [1] }), /Cannot freeze layer 1/);
});

Deno.test("members and folds start from the same weights, and checkpoints of another start are rejected", async () => {
  const members = await fitEnsemble("experiment2", train, {
    ...STILL,
    members: 2,
    initial: first.model,
  });
  for (const { model } of members) deepStrictEqual(model.weights, first.model.weights);
  const folds = await crossValidate("experiment2", train, {
    ...STILL,
    folds: 2,
    scheme: "by-gene",
    initial: first.model,
  });
  for (const { result } of folds) deepStrictEqual(result.model.weights, first.model.weights);
  const kept: FitCheckpoint[] = [];
  const save = (checkpoint: FitCheckpoint) => {
    kept.push(structuredClone(checkpoint));
    return Promise.resolve();
  };
  const options = { ...QUICK, initial: first.model, frozen: ["encoder"] } as const;
  const whole = await fit("experiment2", train, { ...options, checkpoint: { save } });
  const resume = kept[0]!;
  const resumed = await fit("experiment2", train, { ...options, resume });
  deepStrictEqual(resumed.model, whole.model);
  for (
    const change of [
      { initial: undefined },
      { initial: members[0]!.model, frozen: ["head"] },
      { frozen: undefined },
      { schedule: { type: "cosine" } },
      { weightDecay: 0.1 },
      { sampleWeights: new Float64Array(train.length).fill(1) },
    ] satisfies FitOptions[]
  ) {
    await rejects(
      fit("experiment2", train, { ...options, ...change, resume }),
      /the checkpoint is of other settings/,
    );
  }
  await rejects(
    fit("experiment2", train, { ...options, loss: "rank", resume }),
    /the checkpoint is of other model or transform/,
  );
});

Deno.test("a model trained further predicts as its weights say", async () => {
  const { model } = await fit("experiment2", train, { ...STILL, initial: first.model });
  deepStrictEqual(
    await predict(model, train, { engine: "wasm" }),
    await predict(first.model, train, { engine: "wasm" }),
  );
});
