import { ok, strictEqual } from "node:assert";
import { createTfjsEngine } from "../../../src/engine/tfjs/engine.ts";
import { createWasmEngine } from "../../../src/engine/wasm/engine.ts";
import { planModel } from "../../../src/engine/wasm/plan/plan.ts";
import { planUpdates } from "../../../src/engine/wasm/plan/update_tasks.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import type { LayerSpec, SequentialSpec as ModelSpec } from "../../../src/model/spec.ts";
import { largestDifference } from "../../helpers/tolerances.ts";
import { trainExample } from "../../helpers/train_example.ts";

function model(bins: number, marks: number, layers: readonly LayerSpec[]): ModelSpec {
  return parseSpec({ name: "recurrent", bins, marks, loss: "meanSquaredError", layers });
}

const gru = (units: number): LayerSpec => ({ type: "bidirectionalGru", units });
const [relu, one] = [{ type: "activation", kind: "relu" }, { type: "dense", units: 1 }] as const;

/** What stands before the layer and after it decides how its rows are padded and what it passes back. */
const MODELS = {
  "first of all, over one position of 7 marks": model(1, 7, [gru(3), one]),
  "first of all, over 5 positions": model(5, 7, [gru(3), one]),
  "after a convolution without a pool, whose deltas have zeros around them": model(6, 3, [
    { type: "conv1d", filters: 7, width: 3, dilation: 2, padding: "same" },
    gru(6),
    one,
  ]),
  "before batch normalisation, which counts the channels of both directions": model(4, 2, [
    gru(5),
    { type: "batchNorm", momentum: 0.9, epsilon: 0.001 },
    one,
  ]),
  "before a dropout and a sparse layer": model(4, 2, [
    gru(11),
    relu,
    { type: "dropout", rate: 0.3 },
    { type: "dense", units: 64 },
    one,
  ]),
  "with more rows than one task of the update takes": model(2, 3, [gru(130), one]),
};

for (const [where, spec] of Object.entries(MODELS)) {
  Deno.test(`a bidirectional GRU ${where} learns the same on wasm as on tf.js`, async () => {
    const options = { samples: 21, batchSize: 8, epochs: 2, learningRate: 1e-3 };
    const found = await trainExample(createWasmEngine(), spec, { ...options, threads: 2 });
    const wanted = await trainExample(createTfjsEngine("cpu"), spec, options);
    found.state.weights.forEach((values, i) => {
      const apart = largestDifference(values, wanted.state.weights[i]!);
      ok(apart < 1e-5, `weight ${i} differs by ${apart}`);
    });
    const apart = largestDifference(found.losses, wanted.losses);
    ok(apart < 1e-5, `losses differ by ${apart}`);
  });
}

Deno.test("the models have the expected properties: one layer is sparse, updates are cut", () => {
  const plan = (where: keyof typeof MODELS) =>
    planModel(MODELS[where], { batchSize: 16, threads: 1 });
  const { head: { nodes } } = plan("before a dropout and a sparse layer");
  strictEqual(nodes.some(({ kind }) => kind === "sparseDense"), true);
  const updates = planUpdates(plan("with more rows than one task of the update takes"));
  strictEqual(updates.filter((task) => "node" in task && task.node === 0).length > 3, true);
});
