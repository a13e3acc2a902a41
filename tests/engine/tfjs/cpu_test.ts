import { ok, strictEqual } from "node:assert";
import * as tf from "@tensorflow/tfjs-core";
import { createTfjsEngine } from "../../../src/engine/tfjs/engine.ts";
import { initialWeights } from "../../../src/model/initial_weights.ts";
import { type PresetName, presetSpec } from "../../../src/model/presets.ts";
import { openOne } from "../../helpers/one_model.ts";
import { testConformance } from "../conformance.ts";

// The run of wakawaka takes minutes: golden_test.ts has it.
testConformance(createTfjsEngine("cpu"), Deno.test, { golden: ["one_convolution", "batch_norm"] });

for (const preset of ["wakawaka", "bigru10"] as const) {
  Deno.test(`tfjs keeps no tensor of a step of ${preset}, and none at all after disposal`, () =>
    checkTensors(preset));
}

async function checkTensors(preset: PresetName): Promise<void> {
  const engine = createTfjsEngine("cpu");
  const spec = presetSpec(preset, { bins: 45, marks: 2 });
  const signal = Uint8Array.from({ length: 6 * 90 }, (_, i) => i % 7);
  const labels = Float64Array.of(1, 2, 3, 4, 5, 6);
  const data = { signal, labels, bins: 45, marks: 2, transform: "none" } as const;
  const order = Uint32Array.of(0, 1, 2, 3, 4, 5);
  const before = tf.memory().numTensors;
  {
    const options = { weights: initialWeights(spec, 0), seed: 0, batchSize: 3, learningRate: 0.01 };
    await using session = await openOne(engine, spec, options);
    await session.runEpoch({ data, order, epoch: 0 });
    const during = tf.memory().numTensors;
    for (const epoch of [1, 2]) {
      await session.runEpoch({ data, order, epoch });
      await session.predict(data, order);
      await session.state();
    }
    strictEqual(tf.memory().numTensors, during);
    ok(during > before);
  }
  strictEqual(tf.memory().numTensors, before);
}
