/** Writes the results of `train`: models, configuration, history, and how well predictions agree with the data. */

import { formatBytes } from "../base/byte_count.ts";
import { type Agreement, measureAgreement } from "../data/evaluate.ts";
import type { Dataset } from "../data/dataset.ts";
import { saveModel } from "../model/save_load.ts";
import { describePanel } from "../panel/describe_panel.ts";
import { panelBytes } from "../panel/panel.ts";
import { writeConfig } from "../runs/config.ts";
import type { EventLog } from "../runs/event_log.ts";
import { type MemberHistory, trainingRate, writeHistory } from "../runs/history.ts";
import type { Inputs } from "../runs/inputs.ts";
import { writeJson } from "../runs/json.ts";
import { saveMembers } from "../runs/models.ts";
import { removeRun } from "../runs/run_files.ts";
import { compareEnsemble } from "../training/ensemble.ts";
import type { FitManyResult } from "../training/fit_types.ts";
import { formatAgreement, formatEnsemble, warnIfConstant } from "./_metrics.ts";
import { type PredictionRun, predictWithProgress } from "./_predict.ts";
import type { RunSettings } from "./_settings.ts";

/** A model, or a member of an ensemble, that has finished an epoch. */
export type TrainedMember = FitManyResult & MemberHistory;

/** A training run: what was asked for, and the result. */
export interface TrainedRun {
  readonly directory: string;
  readonly settings: RunSettings;
  readonly data: Dataset;
  readonly test: Dataset | undefined;
  /** Path of the test data. */
  readonly testPath: string | undefined;
  readonly inputs: Inputs;
  /** How many models were to be trained. */
  readonly ensemble: number;
  /** Number of folds of the calibration, if there was one. */
  readonly calibrationFolds?: number | undefined;
  readonly log: EventLog;
  /** The models that have finished at least one epoch; there is at least one such model. */
  readonly results: readonly [TrainedMember, ...TrainedMember[]];
}

/** Writes the run and replaces what its directory held. */
export async function writeTrained(run: TrainedRun): Promise<void> {
  const { directory, settings, data, inputs, results, testPath } = run;
  const [first] = results;
  const test = testPath === undefined ? {} : { test: testPath };
  const ensemble = run.ensemble === 1 ? {} : { ensemble: run.ensemble };
  const { calibrationFolds } = run;
  const calibration = calibrationFolds === undefined ? {} : { calibrate: true, calibrationFolds };
  await removeRun(directory);
  await writeConfig(directory, {
    command: "train",
    settings: { ...settings, ...ensemble, ...calibration, ...test, ...describePanelOf(first) },
    data,
    inputs,
    report: first,
    arithmetic: first.model.training.arithmetic,
  });
  if (run.ensemble === 1) await saveModel(first.model, `${directory}/model`);
  else await saveMembers(directory, new Map(results.map(({ member, model }) => [member, model])));
  const written = ["config.json", await writeHistory(directory, results, run.ensemble)];
  // A model that diverged may predict NaN.
  if (results.every(({ diverged }) => diverged === undefined)) {
    await writeJson(`${directory}/metrics.json`, await measure(run));
    written.push("metrics.json");
  }
  const models = run.ensemble === 1 ? "model/" : "models/, ensemble.json";
  console.info(`Written: ${directory}/ (${[models, ...written].join(", ")})`);
}

/** Measures agreement on the training data and the test data, and what averaging gained, for `metrics.json`. */
async function measure(run: TrainedRun): Promise<Record<string, unknown>> {
  const { data, test, results } = run;
  const fitted = await measureOn(run, "training", data);
  const tested = test && await measureOn(run, "test", test);
  return {
    ...fitted.overall,
    samplesPerSecond: trainingRate(results),
    engine: results[0].engine,
    predictionArithmetic: (tested ?? fitted).prediction.arithmetic,
    ...(tested && { test: tested.overall }),
    ...(results.length > 1 && { ensemble: compareMembers(tested ?? fitted) }),
  };
}

/** Predictions on some data, and how well they agree. */
interface Measured {
  readonly part: "training" | "test";
  readonly data: Dataset;
  readonly prediction: PredictionRun;
  readonly overall: Agreement;
}

async function measureOn(
  run: TrainedRun,
  part: Measured["part"],
  data: Dataset,
): Promise<Measured> {
  const { settings, results } = run;
  const models = results.map(({ model }) => model);
  // The effect of a gene includes the labels of its training samples.
  const geneEffects = part === "training" ? "leave-one-out" : true;
  const prediction = await predictWithProgress(models, data, { ...settings, geneEffects });
  if (part === "training") warnIfConstant(prediction.mean, data);
  const overall = measureAgreement(data, prediction.mean);
  console.log(`On the ${part} data: ${formatAgreement(overall)}`);
  logScores(run, part === "training" ? "train" : "test", overall);
  return { part, data, prediction, overall };
}

function compareMembers({ part, data, prediction }: Measured): Record<string, unknown> {
  const comparison = compareEnsemble(data, prediction);
  const hint = part === "training" ? " (for the gain on other data, name them with --test)" : "";
  console.log(`Members, on the ${part} data${hint}:\n${formatEnsemble(comparison)}`);
  return { measuredOn: part, ...comparison };
}

/** Logs the correlation and the error of all models together, after the last epoch. */
function logScores(
  { log, results }: TrainedRun,
  part: string,
  { mse, pearson }: Agreement,
): void {
  const run = results.length === 1 ? "" : "ensemble";
  const epochs = results[0].history.length;
  log(run, epochs, { [`pearson/${part}`]: pearson, [`mse/${part}`]: mse });
}

/** What the reference panel of a model holds, for `config.json` and the report; empty for a model without a panel. */
function describePanelOf({ model: { panel } }: TrainedMember): { readonly panel?: string } {
  return panel === undefined
    ? {}
    : { panel: `${describePanel(panel)}, ${formatBytes(panelBytes(panel))}` };
}
