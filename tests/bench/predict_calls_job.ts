/** Times `predict` on one sample in this process, of the checkout that the argument names or of this one. */

import { pathToFileURL } from "node:url";

/** Later calls. */
const CALLS = 200;

const [root] = Deno.args;
const checkout = root === undefined
  ? new URL("../../", import.meta.url)
  : pathToFileURL(`${root}/`);
const load = (path: string) => import(new URL(path, checkout).href);
const { Dataset } = await load("src/data/mod.ts") as typeof import("../../src/data/mod.ts");
const { simulateColumns } = await load(
  "src/simulate/mod.ts",
) as typeof import("../../src/simulate/mod.ts");
const { predict } = await load("src/training/mod.ts") as typeof import("../../src/training/mod.ts");
const { findPreset, initialWeights, presetSpec } = await load(
  "src/model/mod.ts",
) as typeof import("../../src/model/mod.ts");

const { train } = simulateColumns({ cellTypes: 1, genes: 1, newGenes: 1, newCellTypes: 0 });
const spec = presetSpec("wakawaka");
const model = {
  spec,
  weights: initialWeights(spec, 0),
  record: train.record,
  training: { ...findPreset("wakawaka").training, seed: 0 },
};
const one = new Dataset(train);
const times = [];
for (let call = 0; call <= CALLS; call++) {
  const started = performance.now();
  await predict(model as unknown as Parameters<typeof predict>[0], one, { engine: "wasm" });
  times.push(performance.now() - started);
  // What a call leaves for later is not a later call's.
  await new Promise((resolve) => setTimeout(resolve, 1));
}
console.log(JSON.stringify({ first: times[0], later: Math.min(...times.slice(1)) }));
