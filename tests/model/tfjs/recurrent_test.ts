/** Models of marks and DNA with recurrent layers, as tf.js alone loads them from their two files. */

import { ok, strictEqual } from "node:assert";
import "@tensorflow/tfjs-backend-cpu";
import { type Tensor, tidy } from "@tensorflow/tfjs-core";
import { loadLayersModel } from "@tensorflow/tfjs-layers";
import { SampleBatch } from "../../../src/engine/sample_source.ts";
import { feedTensors } from "../../../src/engine/tfjs/inputs.ts";
import { modelInputs } from "../../../src/model/inputs.ts";
import { serializeModel } from "../../../src/model/save_load.ts";
import { withInputRecord } from "../../../src/model/trained_model.ts";
import { DEEPCHROME_RECORD } from "../../../src/record.ts";
import { allRows } from "../../helpers/engine_runs.ts";
import { readGolden } from "../../helpers/golden.ts";
import { largestDifference, magnitude } from "../../helpers/tolerances.ts";

const TRAINING = {
  engine: "none",
  seed: 0,
  epochs: 1,
  batchSize: 2,
  learningRate: 0.1,
  samples: 3,
} as const;

for (const name of ["dna", "dna_recurrent"] as const) {
  Deno.test(`tf.js alone predicts what PyTorch predicts with ${name}`, async () => {
    const { spec, source, weights, predictions } = await readGolden(name);
    const { json, weights: bytes } = await serializeModel(
      withInputRecord({ spec, weights, record: DEEPCHROME_RECORD, training: TRAINING }),
    );
    const { modelTopology, weightsManifest } = JSON.parse(json);
    const model = await loadLayersModel({
      load: () =>
        Promise.resolve({
          modelTopology,
          weightSpecs: weightsManifest[0].weights,
          weightData: bytes.buffer,
        }),
    });
    const batch = new SampleBatch(modelInputs(spec), source.samples);
    await source.gather(allRows(source.samples), batch);
    const fed = feedTensors(batch);
    strictEqual(model.inputNames.join(), "signal,sequence");
    const found = tidy(() => {
      const inputs = model.inputNames.map((name) => fed[name]!);
      return [...(model.predict(inputs) as Tensor).dataSync()];
    });
    const apart = largestDifference(found, predictions) / magnitude(predictions);
    ok(apart < 1e-5, `predictions differ by ${apart}`);
    Object.values(fed).forEach((own) => own.dispose());
    model.dispose();
  });
}
