/**
 * Loads what `train` wrote, one model or an ensemble, and predicts a data set with it.
 *
 *     deno run --v8-flags=--no-maglev-escape-analysis --allow-read docs/examples/load_run.ts runs/mine runs/example.npz
 */

import { readDataset } from "@waka/histone";
import { inspectRun, loadModels, readRun } from "@waka/histone/runs";
import { predictEnsemble } from "@waka/histone/training";

const [directory = "runs/mine", path = "runs/example.npz"] = Deno.args;

const { state } = await inspectRun(directory);
if (state !== "finished") {
  throw new Error(
    `Cannot load ${directory}: the state of its run is "${state}", expected "finished"`,
  );
}
const models = await loadModels(directory); // one, or the members of an ensemble
const { training } = await readRun(directory);
const { preset, epochs, engine } = training ?? {};
console.log(`${preset}, models: ${models.length}, epochs: ${epochs}, computed on ${engine}`);

const data = await readDataset(path);
const { mean } = await predictEnsemble(models, data); // [sample]
for (const sample of [0, 1, 2]) {
  console.log(`${data.cellTypeOf(sample)}\t${data.geneOf(sample)}\t${mean[sample]?.toFixed(4)}`);
}
