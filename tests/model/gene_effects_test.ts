import { deepStrictEqual, ok, rejects } from "node:assert";
import { bytesSource } from "../../src/files/byte_source.ts";
import type { GeneEffects } from "../../src/model/gene_effects.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { loadModel, serializeModel } from "../../src/model/save_load.ts";
import { type TrainedModel, withInputRecord } from "../../src/model/trained_model.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { predict } from "../../src/training/predict.ts";
import { tableDataset } from "../helpers/samples.ts";

const EFFECTS: GeneEffects = {
  genes: ["ENSG00000000002.7", "ENSG00000115459", "ENSG00000000001"],
  effects: Float32Array.of(1 / 3, -2.5e-7, 16777217.3),
  mean: 0.1,
  betweenVariance: 1.0350116711704394,
  withinVariance: 0,
};

function trainedModel(geneEffects: GeneEffects): TrainedModel {
  const spec = presetSpec("experiment1", { bins: 1, marks: 2 });
  return withInputRecord({
    spec,
    weights: initialWeights(spec, 5),
    geneEffects,
    record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3", "H3K9me3"] },
    training: {
      engine: "none",
      seed: 5,
      epochs: 1,
      batchSize: 2,
      learningRate: 0.1,
      samples: 3,
    },
  });
}

async function loadFrom(json: string, weights: Uint8Array<ArrayBuffer>): Promise<TrainedModel> {
  const bytes = new TextEncoder().encode(json);
  return await loadModel({
    json: bytesSource(bytes, "model.json"),
    weights: bytesSource(weights, "weights.bin"),
  });
}

Deno.test("gene effects are the same, bit for bit, after saving and loading", async () => {
  const model = trainedModel(EFFECTS);
  const { json, weights } = await serializeModel(model);
  deepStrictEqual(await loadFrom(json, weights), model);
});

Deno.test("a loaded model adds the mean and the effects of known genes", async () => {
  const { json, weights } = await serializeModel(trainedModel(EFFECTS));
  const model = await loadFrom(json, weights);
  const data = tableDataset(1, 3); // genes 000001, 000002 and 000003
  const alone = await predict(model, data, { engine: "wasm", threads: 1, geneEffects: false });
  const predicted = await predict(model, data, { engine: "wasm", threads: 1 });
  const { mean, effects: [third, , large] } = EFFECTS;
  deepStrictEqual(
    predicted,
    Float32Array.of(
      alone[0]! + Math.fround(mean + large!),
      alone[1]! + Math.fround(mean + third!),
      alone[2]! + Math.fround(mean),
    ),
  );
});

Deno.test("damaged gene effects are refused with the reason", async () => {
  const { json, weights } = await serializeModel(trainedModel(EFFECTS));
  const cases: [Record<string, unknown> | null, RegExp][] = [
    [null, /geneEffects is null, expected an object/],
    [{ genes: [1, 2, 3] }, /geneEffects\.genes\[0\] is 1, expected a string/],
    [{ genes: ["1", "2", "1"] }, /genes\[2\] is "1", expected each once/],
    [{ effects: [1, 2] }, /effects has 2 values, expected 3/],
    [{ effects: [1, 2, 1e300] }, /effects\[2\] is 1e\+300, expected a finite number/],
    [{ mean: { toString: null } }, /mean is an object, expected a finite number/],
    [{ effects: [1, 2, "3"] }, /effects\[2\] is "3", expected a finite number/],
    [{ mean: null }, /mean is null, expected a finite number/],
    [{ betweenVariance: -1 }, /betweenVariance is -1, expected a number >= 0/],
    [{ withinVariance: null }, /withinVariance is null/],
  ];
  for (const [change, message] of cases) {
    const content = JSON.parse(json);
    const { histone } = content.userDefinedMetadata;
    histone.geneEffects = change && { ...histone.geneEffects, ...change };
    await rejects(loadFrom(JSON.stringify(content), weights), { name: "FormatError", message });
  }
  ok(json.includes('"ENSG00000115459"'));
});
