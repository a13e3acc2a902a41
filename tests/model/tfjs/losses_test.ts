import * as tf from "@tensorflow/tfjs";
import { ok } from "node:assert";
import type { Loss, SequentialSpec } from "../../../src/model/spec.ts";
import { buildModel } from "../../../src/model/tfjs/build_model.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import { lossOf } from "../../../src/training/loss.ts";

const [SAMPLES, BINS, MARKS] = [11, 6, 2];
const LOSSES: readonly Loss[] = ["meanSquaredError", "rank", { type: "huber", delta: 0.5 }];

function specWith(loss: Loss): SequentialSpec {
  return {
    name: "small",
    bins: BINS,
    marks: MARKS,
    layers: [
      { type: "flatten" },
      { type: "dense", units: 8 },
      { type: "activation", kind: "gelu" },
      { type: "dense", units: 1 },
    ],
    loss,
  };
}

for (const loss of LOSSES) {
  const name = JSON.stringify(loss);
  Deno.test(`tf.js' own fit minimises ${name}, measured as this package measures it`, async () => {
    const stream = new RandomStream(deriveKey(9, "losses"));
    const values = Float32Array.from({ length: SAMPLES * BINS * MARKS }, () => stream.normal());
    const labels = Float32Array.from({ length: SAMPLES }, () => stream.below(4));
    const model = buildModel(specWith(loss), { seed: 2 });
    const inputs = tf.tensor(values, [SAMPLES, BINS, MARKS]);
    const wanted = tf.tensor(labels, [SAMPLES, 1]);
    const measure = async () => {
      const found = model.evaluate(inputs, wanted, { batchSize: SAMPLES }) as tf.Scalar;
      const output = model.predict(inputs) as tf.Tensor;
      return { found: (await found.data())[0]!, predicted: await output.data() };
    };
    const before = await measure();
    const expected = lossOf(loss, labels, before.predicted as Float32Array);
    ok(Math.abs(before.found - expected) < 1e-5 * expected, `${before.found}, not ${expected}`);
    await model.fit(inputs, wanted, { batchSize: SAMPLES, epochs: 10, verbose: 0 });
    const after = await measure();
    ok(after.found < before.found, `${after.found} after ${before.found}`);
    tf.dispose([inputs, wanted]);
    model.dispose();
  });
}
