/** Batches of a few genes each. */

import { deepStrictEqual, notDeepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { loadModel, serializeModel } from "../../src/model/save_load.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../src/training/checkpoint.ts";
import { fit } from "../../src/training/fit.ts";
import { fitMany } from "../../src/training/fit_many.ts";
import type { FitCheckpoint, FitManyOptions } from "../../src/training/fit_types.ts";
import { simulatedData } from "../helpers/simulated.ts";

const { train } = simulatedData();
const QUICK = {
  engine: "wasm",
  threads: 2,
  epochs: 2,
  batchSize: 8,
  transform: "log1p",
} as const satisfies FitManyOptions;
const BY_GENE = { ...QUICK, batchBy: "gene" } as const;
const PRESET = "experiment2";

Deno.test("batches by gene are another order, which the model keeps", async () => {
  const plain = await fit(PRESET, train, QUICK);
  const named = await fit(PRESET, train, { ...QUICK, batchBy: "sample" });
  deepStrictEqual(named.model.weights, plain.model.weights);
  strictEqual("batchBy" in plain.model.training, false);
  strictEqual("batchBy" in named.model.training, false);
  const { model } = await fit(PRESET, train, BY_GENE);
  strictEqual(model.training.batchBy, "gene");
  notDeepStrictEqual(model.weights, plain.model.weights);
  const again = await fit(PRESET, train, { ...BY_GENE, threads: 1 });
  deepStrictEqual(again.model.weights, model.weights);
  // The order matters within an epoch only: the loss falls all the same.
  const [first, last] = [...again.history.entries()].map(([, { loss }]) => loss);
  ok(last! < first!);
});

Deno.test("a saved model says so, and a model that starts from it is trained so", async () => {
  const { model } = await fit(PRESET, train, BY_GENE);
  const { json, weights } = await serializeModel(model);
  const loaded = await loadModel({
    json: bytesSource(new TextEncoder().encode(json), "model.json"),
    weights: bytesSource(weights, "weights.bin"),
  });
  strictEqual(loaded.training.batchBy, "gene");
  const { epochs, engine } = QUICK;
  const further = await fit(model.spec, train, { epochs, engine, initial: model });
  strictEqual(further.model.training.batchBy, "gene");
});

Deno.test("a run by gene that is resumed from any checkpoint ends with the same bits", async () => {
  const runs = [1, 2].map((seed) => ({ data: train, seed }));
  const checkpoints: FitCheckpoint[] = [];
  const save = (checkpoint: FitCheckpoint) => {
    checkpoints.push(structuredClone(checkpoint));
    return Promise.resolve();
  };
  // Batches of one sample: there are many steps in an epoch.
  const single = { ...BY_GENE, batchSize: 1 } as const;
  const options = { ...single, checkpoint: { save, everyMinutes: 1e-9 } };
  const results = await fitMany(PRESET, runs, options);
  const weightsOf = (found: typeof results) => found.map(({ model }) => model.weights);
  ok(checkpoints.some(({ position }) => position > 0), "none was taken within an epoch");
  for (const [i, checkpoint] of checkpoints.entries()) {
    if (i % 5 > 0) continue;
    const resume = await decodeCheckpoint(await encodeCheckpoint(checkpoint));
    const resumed = await fitMany(PRESET, runs, { ...single, resume });
    deepStrictEqual(weightsOf(resumed), weightsOf(results), `checkpoint ${i}`);
  }
  const resume = checkpoints[0];
  await rejects(
    fitMany(PRESET, runs, { ...single, batchBy: "sample", resume }),
    /checkpoint is of other settings/,
  );
});

Deno.test("a model that reads a panel has batches of its own", async () => {
  await rejects(
    fit("waka3", new Dataset(train.columns), BY_GENE),
    /"waka3" with batchBy gene: it reads a panel, whose batches are of genes × cell types already/,
  );
});
