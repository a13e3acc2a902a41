import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import vm from "node:vm";
import { Dataset } from "../../src/data/dataset.ts";
import { FormatError } from "../../src/errors.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import type { GeneEffects } from "../../src/model/gene_effects.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { PRESET_NAMES, type PresetName, presetSpec } from "../../src/model/presets.ts";
import { loadModel, saveModel, serializeModel } from "../../src/model/save_load.ts";
import type { ModelSpec, SequentialSpec } from "../../src/model/spec.ts";
import { type TrainedModel, withInputRecord } from "../../src/model/trained_model.ts";
import { DEEPCHROME_RECORD, type Transform } from "../../src/record.ts";
import { predict } from "../../src/training/predict.ts";
import { filesIn, withDirectory } from "../helpers/command.ts";
import { startWebServer } from "../helpers/web_server.ts";
import { largestDifference, magnitude } from "../helpers/tolerances.ts";

/** Layers that no sequential preset has. */
const RECURRENT: SequentialSpec = parseSpec({
  name: "recurrent",
  bins: 90,
  marks: 5,
  layers: [
    {
      type: "conv1d",
      filters: 6,
      width: 5,
      dilation: 1,
      padding: "same",
      initializer: "glorotNormal",
    },
    { type: "maxPool1d", size: 15 },
    { type: "lstm", units: 4, bidirectional: true, returnSequences: true },
    { type: "bidirectionalGru", units: 3, returnSequences: true },
    { type: "lstm", units: 5, returnSequences: true },
    { type: "lstm", units: 2, bidirectional: true },
    { type: "dense", units: 1 },
  ],
  loss: "meanSquaredError",
});

function trainedModel(preset: PresetName | ModelSpec): TrainedModel {
  const spec = typeof preset === "string" ? presetSpec(preset, { bins: 90, bases: 960 }) : preset;
  return withInputRecord({
    spec,
    // Without any zeros or ones, so that a weight in the wrong place shows.
    weights: initialWeights(spec, 5).map((values) => values.map((v, i) => v + 0.01 * (1 + i % 3))),
    record: { ...DEEPCHROME_RECORD, transform: "log1p" },
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

Deno.test("every preset is the same after saving and loading", async () => {
  for (const preset of [...PRESET_NAMES, RECURRENT]) {
    const model = trainedModel(preset);
    const { json, weights } = await serializeModel(model);
    deepStrictEqual(await loadFrom(json, weights), model);
  }
});

Deno.test("a program that imports only tf.js loads a saved model and predicts the same", async () => {
  const directory = await Deno.makeTempDir();
  const [samples, bins, marks] = [4, 90, 5];
  const signal = Uint16Array.from({ length: samples * bins * marks }, (_, i) => i * 7919 % 23);
  const data = new Dataset({
    signal,
    bins,
    labels: undefined,
    record: DEEPCHROME_RECORD,
    cellTypes: ["E003"],
    cellTypeIndex: new Uint32Array(samples),
    genes: ["1", "2", "3", "4"],
    geneIndex: Uint32Array.of(0, 1, 2, 3),
  });
  const input = `${directory}/input.json`;
  await Deno.writeTextFile(
    input,
    JSON.stringify({ shape: [samples, bins, marks], values: [...signal] }),
  );
  for (const preset of ["wakawaka", "experiment6", "bigru10", "deepchrome", RECURRENT] as const) {
    const model = { ...trainedModel(preset), record: DEEPCHROME_RECORD };
    const { name } = model.spec;
    await saveModel(model, `${directory}/${name}`);
    const found = await predictWithPlainTfjs(`${directory}/${name}`, input);
    const wanted = await predict(model, data, { engine: "tfjs-cpu" });
    strictEqual(found.length, samples);
    ok(largestDifference(found, wanted) <= 1e-6 * magnitude(wanted), name);
  }
  await Deno.remove(directory, { recursive: true });
});

async function predictWithPlainTfjs(model: string, input: string): Promise<number[]> {
  const script = new URL("../helpers/plain_tfjs.ts", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-q", "--allow-read", script, model, input],
  }).output();
  ok(success, new TextDecoder().decode(stderr));
  // tf.js prints an advertisement before.
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}

/** Overflows the stack of what goes down it by calling itself. */
const NESTED = "[".repeat(500_000) + "]".repeat(500_000);

Deno.test("a damaged model is refused with the reason", async () => {
  const { json, weights } = await serializeModel(trainedModel("experiment1"));
  // deno-lint-ignore no-explicit-any
  const change = (edit: (content: any) => void) => {
    const content = JSON.parse(json);
    edit(content);
    return JSON.stringify(content);
  };
  const cases: [string, Uint8Array<ArrayBuffer>, RegExp][] = [
    [json.slice(0, 100), weights, /not valid JSON/],
    ["null", weights, /was not saved by @waka\/histone/],
    [
      change((c) => delete c.userDefinedMetadata),
      weights,
      /another program has saved it again without/,
    ],
    [
      change((c) => c.userDefinedMetadata.histone.version = 9),
      weights,
      /version is 9, expected 2 or 3/,
    ],
    [
      change((c) => c.userDefinedMetadata.histone.spec.layers[0].type = "x"),
      weights,
      /layers\[0\]/,
    ],
    [change((c) => c.userDefinedMetadata.histone.record.marks = 5), weights, /marks/],
    [change((c) => c.userDefinedMetadata.histone.training = null), weights, /training/],
    [
      change((c) => c.userDefinedMetadata.histone.training.batchSize = 0.5),
      weights,
      /training.batchSize is 0.5, expected an integer >= 1/,
    ],
    [change((c) => c.weightsManifest[0].weights.pop()), weights, /do not fit its layers/],
    [change((c) => c.weightsManifest[0].weights[0].shape[0]++), weights, /do not fit its layers/],
    [
      change((c) => c.weightsManifest = "NESTED").replace('"NESTED"', NESTED),
      weights,
      /do not fit its layers/,
    ],
    [
      change((c) => c.userDefinedMetadata.histone.version = { toString: null }),
      weights,
      /version is \{"toString":null\}, expected 2/,
    ],
    [json, weights.slice(4), /weights have \d+ bytes, expected \d+/],
    [json, weights.map(() => 0xff), /a weight is NaN/],
    [json, weights.map((byte, i) => i === 7 ? byte ^ 1 : byte), /weights are not those that its/],
  ];
  for (const [text, bytes, message] of cases) {
    await rejects(loadFrom(text, bytes), (error) => {
      ok(error instanceof FormatError, String(error));
      match(error.message, message);
      return true;
    });
  }
});

Deno.test("a model on a server is loaded from the addresses of its files, or from answers", async () => {
  const model = trainedModel("experiment1");
  const { json, weights } = await serializeModel(model);
  const files = { "/a/model.json": new TextEncoder().encode(json), "/a/weights.bin": weights };
  await using server = startWebServer({ files });
  const addressOf = (name: string) => `${server.origin}/a/${name}`;
  const names = ["model.json", "weights.bin"];
  deepStrictEqual(await loadModel(new Map(names.map((name) => [name, addressOf(name)]))), model);
  const [first, second] = await Promise.all(names.map((name) => fetch(addressOf(name))));
  deepStrictEqual(await loadModel({ json: first!, weights: second! }), model);
  await rejects(loadModel(new Map(names.map((name) => [name, `${server.origin}/b/${name}`]))), {
    name: "RemoteError",
    message: /it is not there \(status 404\)$/,
  });
  const { length } = server.requests;
  await rejects(loadModel(`${server.origin}/a`), /expected a path or a file: URL of a directory/);
  await rejects(saveModel(model, `${server.origin}/a`), /expected a path or a file: URL$/);
  strictEqual(server.requests.length, length);
});

Deno.test("a directory may be a URL", async () => {
  await withDirectory(async (directory) => {
    for (const name of ["a model", "another/"]) {
      const url = new URL(name, `file://${directory}/`);
      await saveModel(trainedModel("experiment1"), url);
      deepStrictEqual(await loadModel(url), await loadModel(`${directory}/${name}`));
    }
    deepStrictEqual(filesIn(directory), [
      "a model/model.json",
      "a model/weights.bin",
      "another/model.json",
      "another/weights.bin",
    ]);
    await rejects(loadModel(new URL("https://example.org/")), /expected a path or a file: URL/);
    for (const place of ["https://example.org/x", new URL("https://example.org/x"), ""]) {
      // In an empty directory the files would be those of the root.
      await rejects(
        saveModel(trainedModel("experiment1"), place),
        /^TypeError: Cannot use .*: exp/,
      );
    }
    await rejects(loadModel(""), /^TypeError: Cannot use "": expected a path/);
  });
});

Deno.test("a model loads from a list of files, and from buffers by their names", async () => {
  const model = trainedModel("experiment1");
  const { json, weights } = await serializeModel(model);
  const list = [new File([weights], "weights.bin"), new File([json], "model.json")];
  const whole = await loadModel(new Map(list.map((file) => [file.name, file])));
  deepStrictEqual(await loadModel(list), whole);
  deepStrictEqual(await loadModel(new Set(list)), whole);
  const buffers = list.map(async (file) => [file.name, await file.arrayBuffer()] as const);
  deepStrictEqual(await loadModel(new Map(await Promise.all(buffers))), whole);
  const otherMap = vm.runInNewContext("(entries) => new Map(entries)");
  deepStrictEqual(await loadModel(otherMap(await Promise.all(buffers))), whole);
  await rejects(loadModel(list.slice(1)), {
    name: "NotFoundError",
    message: "Cannot load model: found model.json, expected weights.bin among them",
  });
  const empty = new Map(list.map(({ name }) => [name, new ArrayBuffer()]));
  await rejects(loadModel(empty), /its JSON has 0 bytes, expected a model.json/);
});

Deno.test("an address is not taken for a directory, and what is no model is refused", async () => {
  for (const address of ["http://host/m", "https://me:secret@host/m/?key=secret"]) {
    for (const given of [address, new URL(address)]) {
      await rejects(loadModel(given), (error: Error) => {
        strictEqual(error.name, "TypeError");
        ok(!/secret/.test(error.message));
        return /^Cannot load model: found the address https?:\/\/host\/m, .*new Map\(\[\["model.json", "https?:\/\/host\/m\/model.json"\]/
          .test(error.message);
      });
    }
  }
  const cases: [unknown, string][] = [
    [undefined, "found undefined, expected a directory, a list of Files, a Map"],
    [null, "found null, expected"],
    [{ json: "model.json" }, "found an object, expected .* with json and weights"],
    [new Blob([]), "found a Blob, expected"],
    [Uint8Array.of(1), "found a Uint8Array, expected"],
    [Promise.resolve(""), "found a Promise, expected"],
    [["model.json"], "found a string in place 0 of a list, expected a File"],
    [[new Blob([])], "found a Blob in place 0 of a list, expected a File"],
  ];
  for (const [wrong, message] of cases) {
    const expected = { name: "TypeError", message: new RegExp(`^Cannot load model: ${message}`) };
    await rejects(loadModel(wrong as string), expected);
  }
});

Deno.test("loading is given up when its signal is aborted, even where a file never answers", async () => {
  const { json, weights } = await serializeModel(trainedModel("experiment1"));
  const bytes = { json: new TextEncoder().encode(json), weights };
  const reason = new Error("enough");
  await withDirectory(async (directory) => {
    await saveModel(trainedModel("experiment1"), directory);
    for (const files of [directory, bytes]) {
      await rejects(loadModel(files, { signal: AbortSignal.abort(reason) }), reason);
      const { signal } = new AbortController();
      strictEqual((await loadModel(files, { signal })).spec.name, "experiment1");
    }
  });
  for (const name of ["json", "weights"] as const) {
    const controller = new AbortController();
    const read = () => {
      queueMicrotask(() => controller.abort(reason));
      return new Promise<never>(() => {});
    };
    const silent = { ...bytesSource(bytes[name], name), read, readInto: read };
    await rejects(loadModel({ ...bytes, [name]: silent }, { signal: controller.signal }), reason);
  }
});

Deno.test("of a run, the directory of its model is named", () =>
  withDirectory(async (directory) => {
    for (const [run, place] of [["one", "model"], ["ensemble", "models/1"]] as const) {
      const path = `${directory}/${run}`;
      await saveModel(trainedModel("experiment1"), `${path}/${place}`);
      await rejects(loadModel(path), {
        name: "NotFoundError",
        path: `${path}/model.json`,
        message:
          `Cannot load model: "${path}" is the directory of a run, expected that of a model, such as "${path}/${place}"`,
      });
    }
    await rejects(loadModel(directory), {
      message: /Cannot open .*model\.json: it does not exist/,
    });
  }));

function manyEffects(count: number): GeneEffects {
  const genes = Array.from({ length: count }, (_, i) => `ENSG${String(i).padStart(11, "0")}.1`);
  const effects = new Float32Array(count).fill(0.1234567);
  return { genes, effects, mean: 0, betweenVariance: 1, withinVariance: 1 };
}

Deno.test("a model that could not be loaded again is not saved", async () => {
  const good = trainedModel("experiment1");
  const { spec, weights, record, training } = good;
  const transform = "log2" as unknown as Transform;
  const learningRate = "0.1" as unknown as number;
  const cases: [Partial<TrainedModel>, RegExp][] = [
    [{ record: { ...record, transform } }, /Cannot save model: .*transform is "log2"/],
    [{ training: { ...training, learningRate } }, /Cannot save model: .*learningRate/],
    [{ weights: weights.slice(1) }, /expected/],
    [{ geneEffects: manyEffects(400_000) }, /its JSON has \d+ bytes, expected at most/],
    [{ spec: { ...spec, name: "" } }, /name is "", expected a text/],
  ];
  for (const [change, message] of cases) {
    await rejects(serializeModel({ ...good, ...change }), message);
  }
});

Deno.test("the path of a model.json is refused with what is expected in its place", async () => {
  await withDirectory(async (directory) => {
    await saveModel(trainedModel("experiment1"), directory);
    const path = `${directory}/model.json`;
    await rejects(loadModel(path), {
      name: "NotFoundError",
      message:
        `Cannot load model: "${path}" is a file, expected the directory of a model, which has model.json in it`,
    });
  });
});
