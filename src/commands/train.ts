/** `deno task train`: data in, trained model out. */

import { dirname, join } from "node:path";
import { type Agreement, evaluatePredictions } from "../data/evaluate.ts";
import type { Dataset } from "../data/dataset.ts";
import { DivergedError } from "../errors.ts";
import { pathKind } from "../files/file.ts";
import { saveModel } from "../model/save_load.ts";
import { compareEnsemble, type EnsemblePrediction, fitEnsemble } from "../training/ensemble.ts";
import type { FitManyResult } from "../training/fit_types.ts";
import {
  type CommandCall,
  type CommandDefinition,
  declareEnsemble,
  declareModel,
  declareResume,
  declareTest,
  declareTraining,
  Interrupted,
} from "./_cli.ts";
import { nothingKept, ownRun, resumeCall, resumedFlags, type ResumeFlags } from "./_resume.ts";
import type { Inputs } from "../runs/inputs.ts";
import { type MemberHistory, trainingRate, writeHistory } from "../runs/history.ts";
import { memberRun, replayEpochs } from "./_event_log.ts";
import { reportMembers } from "./_report_training.ts";
import { checkTestFlags, loadTest, type TestFlags } from "./_labels.ts";
import { formatAgreement, formatEnsemble, warnIfConstant } from "./_metrics.ts";
import { saveMembers } from "../runs/models.ts";
import { readModelFile } from "./_model_spec.ts";
import { commandLine, findPackageFile, formatNext } from "./_place.ts";
import { predictWithProgress } from "./_predict.ts";
import { writeJson } from "../runs/json.ts";
import { chooseRunDirectory, refuseHeldRun } from "./_run_directory.ts";
import {
  inputsOfTraining,
  modelOf,
  resolveSettings,
  type RunSettings,
  type TrainingFlags,
} from "./_settings.ts";
import { loadData } from "./_data.ts";
import { writeConfig } from "../runs/config.ts";
import { removeRun } from "../runs/run_files.ts";
import type { EventLog } from "../runs/event_log.ts";
import { openLog } from "./_event_log.ts";
import { quotePath } from "../base/shell.ts";

interface TrainFlags extends TrainingFlags, TestFlags, ResumeFlags {
  readonly ensemble: number;
}

/** Command `train`. */
export const command: CommandDefinition<TrainFlags> = {
  name: "train",
  summary: "Trains a model and writes it with its configuration, history and metrics.",
  examples: [
    ["deno task train", "the report's model on the simulated data in fixtures/"],
    ["deno task train --data train.npz --out runs/first", "on the competition's training file"],
    ["deno task train --data E003/train.csv --preset deepchrome", "on a DeepChrome cell type"],
    [
      "deno task train --data train.npz --ensemble 5 --test valid.npz",
      "five models, their predictions averaged, and what that gains on other data",
    ],
    ["deno task train --data train.npz --spec model.json", "a model of one's own"],
    ["deno task train --resume runs/first", "go on with a run that was stopped"],
  ],
  declare: (command) =>
    declareResume(declareTest(declareEnsemble(declareModel(declareTraining(command))))),
  run: train,
};

/** A training run as it was asked for, and what it ended with. */
interface Run {
  readonly directory: string;
  readonly settings: RunSettings;
  readonly data: Dataset;
  readonly test: Dataset | undefined;
  readonly inputs: Inputs;
  readonly flags: TrainFlags;
  readonly log: EventLog;
  /** Of the members that have finished an epoch. */
  readonly results: readonly (FitManyResult & MemberHistory)[];
}

async function train(given: TrainFlags, { signal }: CommandCall): Promise<void> {
  const flags = await resumedFlags("train", given);
  checkTestFlags(flags);
  const settings = resolveSettings(flags, await readModelFile(flags.spec));
  const directory = await chooseRunDirectory(flags, settings.preset);
  const inputs = await inputsOfTraining(settings, flags);
  const refuse = () => refuseHeldRun(flags);
  await using run = await ownRun(directory, { command: "train", flags, inputs, refuse });
  const log = await openLog(flags, run.id);
  const data = await loadData(settings.data, flags);
  const test = await loadTest(flags);
  await run.begin();
  const { ensemble } = flags;
  const hooks = reportMembers(ensemble, settings, log);
  const trained = await fitEnsemble(modelOf(settings), data, {
    ...{ ...settings, ...run.options, members: ensemble, signal },
    otherArithmetic: flags.otherArithmetic,
    ...hooks,
    onStart: (report) => {
      const nameOf = (run: number) => memberRun(run, ensemble);
      replayEpochs(log, { ...run.options, learningRate: settings.learningRate, nameOf });
      hooks.onStart(report);
    },
  });
  const diverged = trained.find(({ diverged }) => diverged !== undefined)?.diverged;
  const results = trained.flatMap((result, i) =>
    result.history.length > 0 ? [{ ...result, member: i + 1 }] : []
  );
  if (results.length === 0) {
    if (diverged === undefined) throw await nothingKept(run, { command: "train", directory });
    await run.finish();
    throw diverged;
  }
  await run.check();
  await writeRun({ directory, settings, data, test, inputs, flags, log, results });
  if (diverged !== undefined) {
    throw new DivergedError(`${diverged.message}. ${describeKept(results, flags, settings)}`, {
      cause: diverged,
    });
  }
  if (trained.length < flags.ensemble || trained.some(({ interrupted }) => interrupted)) {
    const kept = describeKept(results, flags, settings).toLowerCase();
    throw new Interrupted(
      `Interrupted: ${kept}. Resume: ${resumeCall("train", directory)}`,
    );
  }
  await run.finish();
  await printNextStep(directory, flags);
}

function describeKept(
  results: readonly FitManyResult[],
  { ensemble }: TrainFlags,
  { epochs }: RunSettings,
): string {
  const epoch = results.at(-1)!.history.length;
  return ensemble === 1
    ? `Kept the model of epoch ${epoch} of ${epochs}`
    : `Kept ${results.length} of ${ensemble} models, the last one of epoch ${epoch} of ${epochs}`;
}

async function writeRun(run: Run): Promise<void> {
  const { directory, settings, data, inputs, flags, results } = run;
  const test = flags.test === undefined ? {} : { test: flags.test };
  const ensemble = flags.ensemble === 1 ? {} : { ensemble: flags.ensemble };
  await removeRun(directory);
  await writeConfig(directory, {
    ...{ command: "train", settings: { ...settings, ...ensemble, ...test }, data, inputs },
    report: results[0],
    arithmetic: results[0].model.training.arithmetic,
  });
  if (flags.ensemble === 1) await saveModel(results[0].model, `${directory}/model`);
  else await saveMembers(directory, new Map(results.map(({ member, model }) => [member, model])));
  const written = ["config.json", await writeHistory(directory, results, flags.ensemble)];
  // One that diverged may predict numbers that are none.
  if (results.every(({ diverged }) => diverged === undefined)) {
    await writeJson(`${directory}/metrics.json`, await measure(run));
    written.push("metrics.json");
  }
  const models = flags.ensemble === 1 ? "model/" : "models/, ensemble.json";
  console.info(`Written: ${directory}/ (${[models, ...written].join(", ")})`);
}

/** What `metrics.json` keeps: agreement on the training data, on the test data, and what averaging gained. */
async function measure(run: Run): Promise<Record<string, unknown>> {
  const { data, test, results } = run;
  const fitted = await measureOn(run, "training", data);
  const tested = test && await measureOn(run, "test", test);
  return {
    ...{ ...fitted.overall, samplesPerSecond: trainingRate(results), engine: results[0].engine },
    ...(tested && { test: tested.overall }),
    ...(results.length > 1 && { ensemble: compareMembers(tested ?? fitted) }),
  };
}

/** Predictions on some data, and how well they agree. */
interface Measured {
  readonly part: "training" | "test";
  readonly data: Dataset;
  readonly prediction: EnsemblePrediction;
  readonly overall: Agreement;
}

async function measureOn(run: Run, part: Measured["part"], data: Dataset): Promise<Measured> {
  const { settings, results } = run;
  const models = results.map(({ model }) => model);
  // A training sample's own label would be in the effect of its gene.
  const geneEffects = part === "training" ? "leave-one-out" : true;
  const prediction = await predictWithProgress(models, data, { ...settings, geneEffects });
  if (part === "training") warnIfConstant(prediction.mean);
  const { overall } = evaluatePredictions(data, prediction.mean);
  console.log(`On the ${part} data: ${formatAgreement(overall)}`);
  logScores(run, part === "training" ? "train" : "test", overall);
  return { part, data, prediction, overall };
}

function compareMembers({ part, data, prediction }: Measured): Record<string, unknown> {
  const comparison = compareEnsemble(data, prediction);
  const hint = part === "training" ? " (for the gain on others name them with --test)" : "";
  console.log(`Members, on the ${part} data${hint}:\n${formatEnsemble(comparison)}`);
  return { measuredOn: part, ...comparison };
}

/** Correlation and error of all models together, after the last epoch. */
function logScores({ log, results }: Run, part: string, { mse, pearson }: Agreement): void {
  const run = results.length === 1 ? "" : "ensemble";
  const epochs = results[0].history.length;
  log(run, epochs, { [`pearson/${part}`]: pearson, [`mse/${part}`]: mse });
}

/** The competition has the file to predict beside the one to train on; elsewhere the run's report is next. */
async function printNextStep(directory: string, { data }: TrainFlags): Promise<void> {
  const beside = data === undefined
    ? findPackageFile("fixtures/eval.npz")
    : join(dirname(data), "eval.npz");
  const run = quotePath(directory);
  if (beside === undefined || await pathKind(beside) !== "file") {
    console.info(formatNext("Next", `${commandLine("report")} ${run}`));
    return;
  }
  const files = `--data ${quotePath(beside)} --out submission.csv`;
  console.info(formatNext("Next", `${commandLine("submit")} --model ${run} ${files}`));
}
