/**
 * The tf.js peer: the model that `buildModel` makes, trained by tf.js itself. The first argument is the backend: `cpu`,
 * which has one thread, or `webgpu`. tf.js alone cannot train dilated convolutions; `buildModel` brings their gradient.
 */

import { type Tensor, tensor, tidy, train, version_core } from "@tensorflow/tfjs-core";
import { startBackend } from "../../../src/engine/tfjs/backend.ts";
import { buildModel } from "../../../src/model/tfjs/build_model.ts";
import { compiledLoss } from "../../../src/model/tfjs/losses.ts";
import { type BatchModel, type MakeModel, serveBatches } from "./batch_peer.ts";

function makeModel({ spec, learningRate, weights }: Parameters<MakeModel>[0]): BatchModel {
  const model = buildModel(spec, { weights });
  model.compile({ optimizer: train.adam(learningRate), loss: compiledLoss(spec.loss) });
  const input = (signal: Float32Array) =>
    tensor(signal, [signal.length / (spec.bins * spec.marks), spec.bins, spec.marks]);
  return {
    async train(signal, labels) {
      const batch = [input(signal), tensor(labels, [labels.length, 1])];
      const loss = await model.trainOnBatch(batch[0]!, batch[1]!) as number;
      batch.forEach((tensor) => tensor.dispose());
      return loss;
    },
    async predict(signal) {
      const output = tidy(() => model.predictOnBatch(input(signal)) as Tensor);
      const values = await output.data();
      output.dispose();
      return values;
    },
  };
}

const backend = Deno.args[0] === "webgpu" ? "webgpu" : "cpu";
await startBackend(backend);
await serveBatches(`tf.js ${version_core} ${backend}`, makeModel);
