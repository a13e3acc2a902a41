/**
 * Loads what `train` wrote, one model or an ensemble, and predicts a data set with it.
 *
 *     deno run --allow-read docs/examples/load_run.ts runs/mine runs/example.npz
 */

import { readDataset } from "@waka/histone";
import { inspectRun, loadModels, readRun } from "@waka/histone/runs";
import { predictEnsemble } from "@waka/histone/training";

const [directory = "", path = ""] = Deno.args;

const { state } = await inspectRun(directory);
if (state !== "finished") throw new Error(`${directory} holds a run that is ${state}`);
const { training, history } = await readRun(directory);
console.log(`${training?.preset}, ${history?.length} epochs, computed on ${training?.engine}`);

const models = await loadModels(directory); // one, or the members of an ensemble
const data = await readDataset(path);
const { mean } = await predictEnsemble(models, data); // [sample]
for (const sample of [0, 1, 2]) {
  console.log(`${data.cellTypeOf(sample)}\t${data.geneOf(sample)}\t${mean[sample]?.toFixed(4)}`);
}
