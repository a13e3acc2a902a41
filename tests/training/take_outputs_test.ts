/** Predictions whose networks are evaluated in pieces, as by the machines of a cluster. */

import { deepStrictEqual, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { fit } from "../../src/training/fit.ts";
import { predict } from "../../src/training/predict.ts";

const { train } = simulateColumns({ cellTypes: 5, genes: 60, newGenes: 1, bins: 50 });
const data = new Dataset(train);

for (const preset of ["experiment1", "bigru10", "waka2"] as const) {
  Deno.test(`the samples of ${preset} have the same predictions in pieces of any size, on both paths`, async () => {
    const { model } = await fit(preset, data, { epochs: 1, engine: "wasm" });
    for (const path of ["grouped", "direct"] as const) {
      const whole = await predict(model, data, { engine: "wasm", path });
      for (const size of [7, 64, 299]) {
        const pieces: number[] = [];
        const joined = await predict(model, data, {
          engine: "wasm",
          path,
          takeOutputs: async (compute, samples) => {
            const outputs = new Float32Array(samples);
            for (let first = 0; first < samples; first += size) {
              const end = Math.min(first + size, samples);
              pieces.push(end - first);
              outputs.set(await compute(first, end), first);
            }
            return outputs;
          },
        });
        strictEqual(pieces.length, Math.ceil(data.length / size));
        deepStrictEqual(joined, whole);
      }
    }
  });
}
