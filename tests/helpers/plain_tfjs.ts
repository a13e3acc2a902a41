/**
 * Loads a saved model with tf.js alone: this program imports nothing of the package. Takes the model's directory and a
 * JSON file `{ shape, values }`; prints the predictions as JSON.
 */

import * as tf from "@tensorflow/tfjs";

const [directory = "", input = ""] = Deno.args;
const { modelTopology, weightsManifest } = JSON.parse(
  await Deno.readTextFile(`${directory}/model.json`),
);
const [{ paths, weights }] = weightsManifest;
const bytes = await Deno.readFile(`${directory}/${paths[0]}`);
const model = await tf.loadLayersModel(
  tf.io.fromMemory({ modelTopology, weightSpecs: weights, weightData: bytes.buffer }),
);
const { shape, values } = JSON.parse(await Deno.readTextFile(input));
const output = model.predict(tf.tensor(values, shape)) as tf.Tensor;
console.log(JSON.stringify([...await output.data()]));
