/** Convolutions that follow one another, with and without a pooling between them: gradients against tf.js. */

import { ok } from "node:assert";
import type { Engine } from "../../../src/engine/engine.ts";
import { memorySource } from "../../../src/engine/memory_source.ts";
import { createTfjsEngine } from "../../../src/engine/tfjs/engine.ts";
import { createWasmEngine } from "../../../src/engine/wasm/engine.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import { weightShapes } from "../../../src/model/shapes.ts";
import type { LayerSpec, SequentialSpec } from "../../../src/model/spec.ts";
import { allRows, randomData } from "../../helpers/engine_runs.ts";
import { randomWeights } from "../../helpers/random_weights.ts";
import { largestDifference, magnitude } from "../../helpers/tolerances.ts";

/** Relative to the largest derivative. */
const ALLOWED = 2e-5;
const SAMPLES = 21;

function conv(filters: number, width: number, options: Partial<LayerSpec> = {}): LayerSpec[] {
  const layer = { type: "conv1d", filters, width, dilation: 1, padding: "same", ...options };
  return [layer as LayerSpec, { type: "activation", kind: "leakyRelu", alpha: 0.1 }];
}

const pool = (size: number): LayerSpec[] => [{ type: "maxPool1d", size }];

/** Narrow ones are computed plainly, wide ones are transformed in training. */
const CHAINS: Readonly<Record<string, LayerSpec[]>> = {
  "three narrow ones, then a pooling": [conv(3, 5), conv(3, 5), conv(3, 5), pool(2)].flat(),
  "three wide ones, then a pooling": [conv(20, 5), conv(20, 5), conv(20, 5), pool(2)].flat(),
  "poolings at both ends": [conv(3, 5), pool(2), conv(3, 5), conv(3, 4), conv(2, 2), pool(5)]
    .flat(),
  "without padding and with dilation": [
    conv(3, 5),
    conv(3, 5, { padding: "valid" }),
    conv(20, 5, { dilation: 2 }),
    pool(5),
  ].flat(),
  "a pooling first": [pool(2), conv(20, 5), conv(20, 4), pool(3)].flat(),
};

/** The gradients by weights and by inputs; some weights may be frozen. */
async function gradientsOf(engine: Engine, spec: SequentialSpec, frozen: readonly number[]) {
  const source = memorySource(randomData(spec, SAMPLES));
  const members = [{ weights: randomWeights(spec, 3), seed: 1, learningRate: 1e-9, frozen }];
  await using session = await engine.createSession(spec, { members, batchSize: 30, threads: 2 });
  const rows = [allRows(SAMPLES)];
  const [before] = await session.inputGradients(source, rows);
  await session.runEpoch({ source, orders: rows, epoch: 0 });
  const [after] = await session.inputGradients(source, rows);
  const [state] = await session.state();
  return [before!.signal!, after!.signal!, ...state!.firstMoments];
}

for (const [name, layers] of Object.entries(CHAINS)) {
  const spec = parseSpec({
    name: "chain",
    bins: 20,
    marks: 3,
    layers: [...layers, { type: "flatten" }, { type: "dense", units: 1 }],
    loss: "meanSquaredError",
  }) as SequentialSpec;
  const lastConv = layers.findLastIndex(({ type }) => type === "conv1d");
  const ofLast = weightShapes(spec).flatMap(({ layer }, i) => layer === lastConv ? [i] : []);
  for (const frozen of [[], ofLast]) {
    const how = frozen.length > 0 ? ", the last frozen" : "";
    Deno.test(`convolutions pass derivatives on: ${name}${how}`, async () => {
      const found = await gradientsOf(createWasmEngine(), spec, frozen);
      const wanted = await gradientsOf(createTfjsEngine("cpu"), spec, frozen);
      for (const [i, values] of wanted.entries()) {
        const apart = largestDifference(found[i]!, values);
        ok(apart <= ALLOWED * magnitude(values), `derivatives ${i} are ${apart} apart`);
      }
    });
  }
}
