/** `deno task train`: data in, trained model out. */

import { evaluatePredictions } from "../src/data/evaluate.ts";
import type { Dataset } from "../src/data/dataset.ts";
import { writeFileAtomic } from "../src/io/file.ts";
import { saveModel } from "../src/model/save_load.ts";
import { fit, type FitResult } from "../src/training/fit.ts";
import { predict } from "../src/training/predict.ts";
import { declareTraining, Interrupted, runCommand } from "./_cli.ts";
import { formatAgreement } from "./_metrics.ts";
import {
  chooseRunDirectory,
  formatCsv,
  loadData,
  reportTraining,
  resolveSettings,
  type RunSettings,
  type TrainingFlags,
  writeConfig,
  writeJson,
} from "./_run.ts";

await runCommand<TrainingFlags>({
  name: "train",
  summary: "Trains a model and writes it with its configuration, history and metrics.",
  examples: [
    ["deno task train", "the report's model on the simulated data in fixtures/"],
    ["deno task train --data train.npz --out runs/first", "on the competition's training file"],
    ["deno task train --data E003/train.csv --preset deepchrome", "on a DeepChrome cell type"],
  ],
  declare: declareTraining,
  run: train,
});

async function train(flags: TrainingFlags, signal: AbortSignal): Promise<void> {
  const settings = resolveSettings(flags);
  const directory = await chooseRunDirectory(flags);
  const data = await loadData(settings.data);
  const result = await fit(settings.preset, data, { ...settings, ...reportTraining(), signal });
  if (result.history.length === 0) {
    throw new Interrupted("Interrupted before the first epoch was finished: nothing was kept.");
  }
  await writeRun(directory, settings, data, result);
  console.log(`Written: ${directory}/ (model/, config.json, history.csv, metrics.json)`);
  if (result.interrupted) {
    throw new Interrupted(
      `Interrupted: kept the model of epoch ${result.history.length} of ${settings.epochs}.`,
    );
  }
  printNextStep(directory, flags);
}

async function writeRun(
  directory: string,
  settings: RunSettings,
  data: Dataset,
  result: FitResult,
): Promise<void> {
  const { model, history, engine } = result;
  await writeConfig(directory, { command: "train", settings, data, report: result });
  await writeFileAtomic(
    `${directory}/history.csv`,
    formatCsv(
      ["epoch", "loss", "seconds", "samples_per_second"],
      history.map((entry) => [entry.epoch, entry.loss, entry.seconds, entry.samplesPerSecond]),
    ),
  );
  await saveModel(model, `${directory}/model`);
  const predicted = await predict(model, data, settings);
  const { overall } = evaluatePredictions(data, predicted);
  const seconds = history.reduce((sum, entry) => sum + entry.seconds, 0);
  const samplesPerSecond = data.length * history.length / seconds;
  await writeJson(`${directory}/metrics.json`, { ...overall, samplesPerSecond, engine });
  console.log(`On the training data: ${formatAgreement(overall)}`);
}

function printNextStep(directory: string, { data }: TrainingFlags): void {
  const evalPath = data === undefined ? "fixtures/eval.npz" : "eval.npz";
  console.log(
    `Next: deno task submit --model ${directory}/model --data ${evalPath} --out submission.csv`,
  );
}
