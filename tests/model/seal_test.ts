import { deepStrictEqual, notStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { FormatError } from "../../src/errors.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { type PresetName, presetSpec } from "../../src/model/presets.ts";
import { loadModel, serializeModel } from "../../src/model/save_load.ts";
import { canonicalJson, digestJson } from "../../src/model/seal.ts";
import type { TrainedModel } from "../../src/model/trained_model.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { resealModel } from "../helpers/reseal.ts";

const FLIPS = 600;

function trainedModel(preset: PresetName): TrainedModel {
  const spec = presetSpec(preset, { bins: 50, bases: 960 });
  return {
    spec,
    weights: initialWeights(spec, 5),
    record: { ...DEEPCHROME_RECORD, transform: "log1p" },
    inputRecord: DEEPCHROME_RECORD,
    training: {
      engine: "wasm",
      arithmetic: ["float32"],
      seed: 5,
      epochs: 1,
      batchSize: 2,
      learningRate: 0.1,
      samples: 3,
    },
    geneEffects: {
      genes: ["ENSG00000000419.14", "ENSG00000000457.14"],
      effects: Float32Array.of(0.25, -1.5),
      mean: 0.125,
      betweenVariance: 1,
      withinVariance: 2,
    },
  };
}

async function loadBytes(
  json: Uint8Array<ArrayBuffer>,
  weights: Uint8Array<ArrayBuffer>,
): Promise<TrainedModel> {
  return await loadModel({
    json: bytesSource(json, "model.json"),
    weights: bytesSource(weights, "weights.bin"),
  });
}

async function loadText(json: string, weights: Uint8Array<ArrayBuffer>): Promise<TrainedModel> {
  return await loadBytes(new TextEncoder().encode(json), weights);
}

Deno.test("a model with a bit flipped anywhere is refused, or is the same model", async () => {
  const model = trainedModel("waka2");
  const { json, weights } = await serializeModel(model);
  const files: Record<"json" | "weights", Uint8Array<ArrayBuffer>> = {
    json: new TextEncoder().encode(json),
    weights,
  };
  const random = new RandomStream(deriveKey(4, "flips"));
  let refused = 0;
  for (let i = 0; i < FLIPS; i++) {
    const file = i % 3 === 0 ? "weights" : "json";
    const bytes = files[file].slice();
    bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
    const damaged = { ...files, [file]: bytes };
    try {
      deepStrictEqual(await loadBytes(damaged.json, damaged.weights), model);
    } catch (error) {
      ok(error instanceof FormatError, String(error));
      refused++;
    }
  }
  ok(refused > FLIPS / 2, `only ${refused} of ${FLIPS} were refused`);
});

// deno-lint-ignore no-explicit-any
type Edit = (content: any) => void;

async function edited(preset: PresetName, edit: Edit): Promise<[unknown, Uint8Array<ArrayBuffer>]> {
  const { json, weights } = await serializeModel(trainedModel(preset));
  const content = JSON.parse(json);
  edit(content);
  return [content, weights];
}

Deno.test("an edit of anything that a model depends on is refused", async () => {
  const edits: Edit[] = [
    ({ userDefinedMetadata: { histone } }) => histone.spec.name = "another",
    ({ userDefinedMetadata: { histone } }) => histone.spec.layers[0].width = 3,
    ({ userDefinedMetadata: { histone } }) => histone.record.transform = "none",
    ({ userDefinedMetadata: { histone } }) => histone.record.assembly = "hg38",
    ({ userDefinedMetadata: { histone } }) => histone.training.samples = 4,
    ({ userDefinedMetadata: { histone } }) => delete histone.training.arithmetic,
    ({ userDefinedMetadata: { histone } }) => delete histone.geneEffects,
    ({ userDefinedMetadata: { histone } }) => histone.geneEffects.effects[0] = 0.5,
    ({ userDefinedMetadata: { histone } }) => histone.geneEffects.genes[0] = "ENSG00000000460.17",
    ({ userDefinedMetadata: { histone } }) => histone.sha256 = "00",
    ({ userDefinedMetadata: { histone } }) => delete histone.sha256,
    ({ userDefinedMetadata: { histone } }) => delete histone.weightsSha256,
    ({ userDefinedMetadata: { histone } }) => histone.version = 1,
    ({ userDefinedMetadata }) => userDefinedMetadata.other = 1,
    ({ modelTopology: { config } }) => config.layers[0].config.width = 3,
    (content) => content.trainingConfig = {},
  ];
  for (const edit of edits) {
    const [content, weights] = await edited("waka2", edit);
    await rejects(loadText(JSON.stringify(content), weights), FormatError, String(edit));
  }
});

Deno.test("layers that contradict the spec are refused even if the digest is right", async () => {
  const cases: [PresetName, Edit][] = [
    ["wakawaka", ({ layers }) => layers[1].config.alpha = 0.25],
    ["waka2", ({ layers }) => layers[0].config.padding = "valid"],
    ["waka2", ({ layers }) => layers[0].config.kernel_size = [3]],
    ["waka2", ({ layers }) => layers[0].config.kernel_size = 3],
    ["waka2", ({ layers }) => layers[0].config.batch_input_shape[1] = 40],
    ["waka2", ({ layers }) => layers[0].config.activation = "relu"],
    ["waka2", ({ layers }) => layers[0].config.dilation_rate = [2]],
    ["waka2", ({ layers }) => layers.splice(1, 1)],
    ["waka2", ({ layers }) => layers[1] = null],
    ["waka2", ({ layers }) => layers.at(-1).config.units = 2],
    ["experiment6", ({ layers }) => {
      layers.find(({ class_name }: { class_name: string }) => class_name === "BatchNormalization")
        .config.epsilon = 0.1;
    }],
    ["bigru10", ({ layers }) => {
      layers.find(({ class_name }: { class_name: string }) => class_name === "Bidirectional")
        .config.layer.config.recurrent_activation = "hardSigmoid";
    }],
    ["waka-dna-gru", ({ layers }) => {
      layers.find(({ class_name }: { class_name: string }) => class_name === "Bidirectional")
        .config.layer.config.return_sequences = false;
    }],
    ["waka-dna-lstm", ({ layers }) => {
      layers.find(({ class_name }: { class_name: string }) => class_name === "Bidirectional")
        .config.layer.class_name = "GRU";
    }],
    ["waka-dna-lstm200", ({ layers }) => {
      layers.find(({ class_name }: { class_name: string }) => class_name === "LSTM")
        .config.go_backwards = true;
    }],
    ["waka-dna-lstm200", ({ layers }) => {
      layers.find(({ class_name }: { class_name: string }) => class_name === "LSTM")
        .config.activation = "relu";
    }],
  ];
  for (const [preset, edit] of cases) {
    const [content, weights] = await edited(preset, ({ modelTopology }) => {
      edit(modelTopology.config);
    });
    const message = /Cannot load model: its layers contradict its spec: modelTopology/;
    await rejects(
      loadText(resealModel(content as Record<string, unknown>), weights),
      { name: "FormatError", message },
      String(edit),
    );
  }
  const [content, weights] = await edited("waka2", (all) => all.modelTopology.model_config = {});
  await rejects(
    loadText(resealModel(content as Record<string, unknown>), weights),
    /is not a Sequential model/,
  );
});

Deno.test("weights of another model are refused", async () => {
  const { json } = await serializeModel(trainedModel("waka2"));
  const other = {
    ...trainedModel("waka2"),
    weights: initialWeights(trainedModel("waka2").spec, 6),
  };
  const { weights } = await serializeModel(other);
  await rejects(loadText(json, weights), /not those that its model.json was saved with/);
});

Deno.test("a model file with another layout and order of fields is the same model", async () => {
  const model = trainedModel("waka2");
  const { json, weights } = await serializeModel(model);
  deepStrictEqual(await loadText(JSON.stringify(JSON.parse(json)), weights), model);
  deepStrictEqual(await loadText(JSON.stringify(JSON.parse(json), null, "\t"), weights), model);
  const turned = Object.fromEntries(Object.entries(JSON.parse(json)).toReversed());
  deepStrictEqual(await loadText(JSON.stringify(turned), weights), model);
});

Deno.test("a digest depends on content, not on layout", async () => {
  strictEqual(
    canonicalJson({ b: [1, "x", null], a: { d: true, c: undefined } }),
    '{"a":{"d":true},"b":[1,"x",null]}',
  );
  strictEqual(await digestJson({ a: 1, b: 2 }), await digestJson({ b: 2, a: 1 }));
  notStrictEqual(await digestJson([1, 2]), await digestJson([2, 1]));
  notStrictEqual(await digestJson(["1", "2"]), await digestJson(["1,2"]));
  notStrictEqual(await digestJson({ a: "1" }), await digestJson({ a: 1 }));
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  throws(() => canonicalJson(deep), /nested more than 64 levels deep/);
});
