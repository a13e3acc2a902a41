import { deepStrictEqual, ok } from "node:assert";
import type { Engine } from "../../../../src/engine/engine.ts";
import { createTfjsEngine } from "../../../../src/engine/tfjs/engine.ts";
import { createWasmEngine } from "../../../../src/engine/wasm/engine.ts";
import { initialWeights } from "../../../../src/model/initial_weights.ts";
import { parseSpec } from "../../../../src/model/parse_spec.ts";
import { presetSpec } from "../../../../src/model/presets.ts";
import type { BranchedSpec } from "../../../../src/model/spec.ts";
import { branchedSource } from "../../../helpers/branched.ts";
import { allRows } from "../../../helpers/engine_runs.ts";
import { openOne } from "../../../helpers/one_model.ts";
import { largestDifference, magnitude } from "../../../helpers/tolerances.ts";
import { testWithWebgpu } from "../../../helpers/webgpu.ts";

const SAMPLES = 7;

/** Presets of DNA over fewer bases: tables of letters, a dense layer of more than 4,096 inputs, LSTMs of 200 units. */
const PRESETS = ["waka-dna", "waka-dna-lstm200"] as const;

/** Tests of models of DNA at their own sizes, which the conformance suite has no time for. */
export function testDna(engine: Engine): void {
  for (const name of PRESETS) {
    testWithWebgpu(`webgpu trains ${name} over 1,056 bases as another engine does`, async () => {
      const spec = presetSpec(name, { bases: 1_056 });
      const [found, wanted] = [await train(engine, spec), await train(secondOpinion(spec), spec)];
      const apart = largestDifference(found.losses, wanted.losses) / wanted.losses[0]!;
      ok(apart < 2e-4, `losses differ by ${apart}`);
      const away = largestDifference(found.predicted, wanted.predicted);
      ok(away < 1e-3 * magnitude(wanted.predicted), `predictions differ by ${away}`);
    });
  }

  testWithWebgpu("webgpu predicts waka-dna from 10,000 bases as wasm does", async () => {
    const spec = presetSpec("waka-dna");
    const weights = initialWeights(spec, 1);
    const options = { weights, seed: 1, batchSize: SAMPLES, learningRate: 0 };
    const source = branchedSource(spec, SAMPLES);
    const predict = async (engine: Engine) => {
      await using session = await openOne(engine, spec, options);
      return await session.predict(source, allRows(SAMPLES));
    };
    const [found, wanted] = [await predict(engine), await predict(createWasmEngine())];
    const apart = largestDifference(found, wanted) / magnitude(wanted);
    ok(apart < 1e-5, `predictions differ by ${apart}`);
  });

  testWithWebgpu(
    "webgpu predicts NaN where a signal has one, whatever its place in a pool",
    async () => {
      const spec = parseSpec({
        name: "rectified",
        bins: 12,
        marks: 2,
        layers: [
          { type: "conv1d", filters: 3, width: 1, dilation: 1, padding: "same" },
          { type: "activation", kind: "relu" },
          { type: "maxPool1d", size: 4 },
          { type: "flatten" },
          { type: "dense", units: 5 },
          { type: "activation", kind: "relu" },
          { type: "dense", units: 1 },
        ],
        loss: "meanSquaredError",
      });
      // One bin of each sample, in each place of a window of the pooling; the last sample is whole.
      const signal = Float32Array.from({ length: 5 * 24 }, (_, i) => i * 7 % 5);
      for (let sample = 0; sample < 4; sample++) signal[24 * sample + 2 * (4 + sample)] = NaN;
      const data = { signal, labels: new Float64Array(5), bins: 12, marks: 2 };
      const options = { weights: initialWeights(spec, 1), seed: 1, batchSize: 5, learningRate: 0 };
      await using session = await openOne(engine, spec, options);
      const found = await session.predict({ ...data, transform: "none" }, allRows(5));
      deepStrictEqual(Array.from(found, Number.isNaN), [true, true, true, true, false]);
    },
  );
}

function secondOpinion(spec: BranchedSpec): Engine {
  const wasm = createWasmEngine();
  return wasm.supports(spec).supported ? wasm : createTfjsEngine("cpu");
}

async function train(engine: Engine, spec: BranchedSpec) {
  const source = branchedSource(spec, SAMPLES);
  const weights = initialWeights(spec, 2);
  const options = { weights, seed: 3, batchSize: 4, learningRate: 0.0005 };
  await using session = await openOne(engine, spec, options);
  const losses: number[] = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    losses.push(await session.runEpoch({ data: source, order: allRows(SAMPLES), epoch }));
  }
  return { losses, predicted: await session.predict(source, allRows(SAMPLES)) };
}
