import { ok } from "node:assert";
import type { Engine } from "../../../../src/engine/engine.ts";
import { memorySource } from "../../../../src/engine/memory_source.ts";
import type { SampleSource } from "../../../../src/engine/sample_source.ts";
import { initialWeights } from "../../../../src/model/initial_weights.ts";
import { parseSpec } from "../../../../src/model/parse_spec.ts";
import { presetSpec } from "../../../../src/model/presets.ts";
import type { SequentialSpec } from "../../../../src/model/spec.ts";
import { largestDifference, magnitude } from "../../../helpers/tolerances.ts";
import { exampleData } from "../../../helpers/train_example.ts";
import { testWithWebgpu } from "../../../helpers/webgpu.ts";

/** The same samples, as a source that does not have them in memory. */
function withoutResident(source: SampleSource): SampleSource {
  const { samples, inputs, labels } = source;
  return { samples, inputs, labels, gather: (rows, into) => source.gather(rows, into) };
}

/** Two members train for two epochs and predict. */
async function train(engine: Engine, spec: SequentialSpec, source: SampleSource) {
  // Batch normalisation makes gradients of rounding, of which Adam would make whole steps.
  const scale = spec.layers.some(({ type }) => type === "batchNorm") ? 1e-3 : 1;
  const members = [1, 2].map((seed) => {
    return { seed, learningRate: 1e-3 * scale, weights: initialWeights(spec, seed) };
  });
  const first = Uint32Array.from({ length: 34 }, (_, i) => (7 * i) % 40);
  const orders = [first, first.slice(0, 15).reverse()];
  await using session = await engine.createSession(spec, { members, batchSize: 10 });
  const losses: number[] = [];
  for (let epoch = 0; epoch < 2; epoch++) {
    const found = await session.runEpoch({ source, orders, epoch });
    losses.push(...found.map(Number));
  }
  const predicted = await session.predict(source, orders);
  return { losses, predicted: predicted.flatMap((values) => [...values]) };
}

/** Tests that samples may come batch by batch. */
export function testUploaded(engine: Engine): void {
  const gelu = parseSpec({
    name: "gelu",
    bins: 24,
    marks: 5,
    layers: [
      { type: "conv1d", filters: 6, width: 3, dilation: 2, padding: "same" },
      { type: "activation", kind: "gelu" },
      { type: "linear", units: 4 },
      { type: "activation", kind: "relu" },
      { type: "maxPool1d", size: 3 },
      { type: "flatten" },
      { type: "dropout", rate: 0.2 },
      { type: "linear", units: 7 },
      { type: "activation", kind: "gelu" },
      { type: "dense", units: 1 },
    ],
    loss: "meanSquaredError",
  });
  const presets = (["experiment2", "experiment7"] as const).map((name) =>
    presetSpec(name, { bins: 46 })
  );
  for (const spec of [gelu, ...presets]) {
    testWithWebgpu(
      `${spec.name}: samples that come batch by batch train as those on the GPU do`,
      async () => {
        const source = memorySource(exampleData(spec, 40));
        const wanted = await train(engine, spec, source);
        const found = await train(engine, spec, withoutResident(source));
        const losses = largestDifference(found.losses, wanted.losses);
        ok(losses <= 1e-5 * magnitude(wanted.losses), `losses differ by ${losses}`);
        const predicted = largestDifference(found.predicted, wanted.predicted);
        ok(predicted <= 1e-4 * Math.max(1, magnitude(wanted.predicted)), `differ by ${predicted}`);
      },
    );
  }
}
