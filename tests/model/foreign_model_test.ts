import { rejects } from "node:assert";
import { loadModels } from "../../src/runs/models.ts";
import { loadModel } from "../../src/model/save_load.ts";
import { withDirectory } from "../helpers/command.ts";

/** What other programs write as model.json, and how it is told. Their weights are in files of other names. */
const FOREIGN: readonly (readonly [name: string, content: unknown, wanted: RegExp])[] = [
  [
    "tensorflowjs_converter from Keras",
    {
      format: "layers-model",
      generatedBy: "keras v2.11.0",
      convertedBy: "TensorFlow.js Converter v4.2.0",
      modelTopology: {},
    },
    /not saved by @waka\/histone but by keras v2\.11\.0 and TensorFlow\.js Converter v4\.2\.0\. Only/,
  ],
  [
    "tensorflowjs_converter as a graph",
    { format: "graph-model", generatedBy: "2.11.0", convertedBy: "TensorFlow.js Converter v4.2.0" },
    /but by 2\.11\.0 and TensorFlow\.js Converter v4\.2\.0, as a graph of operations without layers/,
  ],
  [
    "tf.js' own save",
    { format: "layers-model", generatedBy: "TensorFlow.js tfjs-layers v4.22.0", convertedBy: null },
    /but by TensorFlow\.js tfjs-layers v4\.22\.0\. Only models that train wrote are loaded.*: import takes/,
  ],
  [
    "tf.js before it named itself",
    { modelTopology: {}, weightsManifest: [] },
    /so it was not saved by @waka\/histone\. Only models .*: import takes them with a data record/,
  ],
  ["Keras' to_json", { class_name: "Sequential", config: {} }, /layers of a Keras model, without/],
  [
    "nobody known",
    { userDefinedMetadata: { other: 1 } },
    /so it was not saved by @waka\/histone \(/,
  ],
  ["nobody known, no object", [1], /so it was not saved by @waka\/histone \(/],
];

for (const [name, content, wanted] of FOREIGN) {
  Deno.test(`a model.json by ${name} is recognised before any other file is looked for`, () =>
    withDirectory(async (directory) => {
      await Deno.writeTextFile(`${directory}/model.json`, JSON.stringify(content));
      for (const load of [loadModel, loadModels]) {
        await rejects(load(directory), {
          name: "FormatError",
          file: `${directory}/model.json`,
          message: wanted,
        });
      }
    }));
}
