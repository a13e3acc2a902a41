/** Command `report`: writes a run as one HTML page with its figures. */

import { basename, resolve } from "node:path";
import { formatCount, formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import { evaluatePredictions } from "../data/evaluate.ts";
import { largestErrors } from "../data/largest_errors.ts";
import { ContractError } from "../errors.ts";
import { EXPRESSION_TRANSFORMS } from "../record.ts";
import { checkDirectory } from "../files/directory.ts";
import { type ReportInput, writeReport } from "../report/mod.ts";
import { holdsUnfinishedRun, readKeptCommand } from "../runs/command_file.ts";
import { loadModels } from "../runs/models.ts";
import { commandOfRun } from "../runs/run_files.ts";
import { readRun, type SavedConfig, type SavedRun } from "../runs/saved_run.ts";
import { findTrainingFile } from "../runs/trained_on.ts";
import { classifyRows } from "../validation/regimes.ts";
import { type CommandCall, type CommandDefinition, declareCommon, declareTest } from "./flags.ts";
import { loadData } from "./_data.ts";
import { withDigestProgress } from "./_inputs.ts";
import { checkTestFlags, loadTest, type TestFlags } from "./_labels.ts";
import { checkOutput, removeUnfinishedIn } from "./_outputs.ts";
import { type PredictionFlags, predictWithProgress } from "./_predict.ts";
import { evaluateByRegime } from "./_regimes.ts";
import { resumeCall } from "./_resume.ts";

interface ReportFlags extends TestFlags, Pick<PredictionFlags, "engine" | "threads"> {
  readonly out?: string;
  readonly competition: boolean;
}

/** Command `report`. */
export const command: CommandDefinition<ReportFlags> = {
  name: "report",
  summary: "Writes a run as report.html, which needs no network, and its figures as SVG and PNG.",
  examples: [
    ["deno task report runs/first", "losses, and predictions on the training data"],
    [
      "deno task report runs/first --test eval.npz --labels eval_labels.csv",
      "predictions on data that the model has not seen, and errors by regime",
    ],
    ["deno task report runs/experiments", "the experiments' table and figure"],
  ],
  declare: (command) =>
    declareCommon(
      declareTest(command)
        .argument("<dir>", "directory that train, crossval, forecast or experiments wrote")
        .option("--competition", "show the published values: the data are the competition's", false)
        .option("--out <dir>", "where to write (default: the run's own directory)"),
    ),
  run: report,
};

async function report(flags: ReportFlags, { args, signal }: CommandCall): Promise<void> {
  const [directory = ""] = args;
  checkTestFlags(flags);
  await refuseUnfinished(directory);
  const run = await readRun(directory);
  if (await holdsUnfinishedRun(directory)) {
    console.warn(
      `warning: ${directory} holds an unfinished run: this is a report of what it has kept so far`,
    );
  }
  const out = flags.out ?? directory.replace(/\/+$/, "");
  await checkOutput(`${out}/report.html`);
  await checkDirectory(`${out}/figures`);
  await removeUnfinishedIn(`${out}/figures`, (name) => /^figure-.*\.(svg|png)$/.test(name));
  const { config, training, history, folds, foldScores, foldMix, ...results } = run;
  const input: ReportInput = {
    run: basename(resolve(directory)),
    summary: describe(run),
    onCompetitionData: flags.competition,
    loss: training?.loss,
    expressionTransform: labelTransform(config),
    configuration: config,
    history,
    folds,
    foldScores,
    foldMix,
    regimes: results.regimes,
    arms: results.arms,
    experiments: results.experiments,
    ...await evaluate(run, { directory, flags, signal }),
  };
  const files = await writeReport(out, input);
  const figures = files.filter((path) => path.endsWith(".svg")).length;
  console.info(
    `Written: ${out}/report.html, and ${formatCountOf(figures, "figure")} as SVG and PNG in ` +
      `${out}/figures/`,
  );
}

/**
 * Refuses a run that is unfinished and has no results. A search is not refused here, since it could not be reported
 * even when finished.
 *
 * @throws {ContractError} If the directory holds such a run.
 */
async function refuseUnfinished(directory: string): Promise<void> {
  if (await commandOfRun(directory) !== undefined) return;
  const kept = await readKeptCommand(directory);
  if (kept === undefined || kept.command === "search") return;
  throw new ContractError(
    `Cannot report: ${directory} holds an unfinished run without results. Wait for its end or, if it was stopped, ` +
      `resume it: ${resumeCall(kept.command, directory)}`,
  );
}

/** How the run's expression became labels, if its record says so in a known word. */
function labelTransform({ dataRecord }: SavedConfig): ReportInput["expressionTransform"] {
  const found = (dataRecord as { expressionTransform?: unknown } | null | undefined)
    ?.expressionTransform;
  return EXPRESSION_TRANSFORMS.find((name) => name === found);
}

function describe({ config, training, experiments }: SavedRun): string {
  const { samples, data } = config;
  const source = `${formatCountOf(samples, "sample")} from ${data}`;
  if (training === undefined) {
    return `${formatCountOf(experiments?.length ?? 0, "experiment")} on ${source}.`;
  }
  const { preset, epochs, batchSize, learningRate, engine, device } = training;
  return `${preset}: up to ${
    formatCountOf(epochs, "epoch")
  } of batch ${batchSize} at learning rate ${learningRate} ` +
    `on ${source}. Engine ${engine} (${device}).`;
}

/**
 * Evaluates predictions on the test data or, without them, on the training data. Returns nothing if the run has no
 * model.
 */
async function evaluate(
  { config, training, hasModels }: SavedRun,
  { directory, flags, signal }: {
    readonly directory: string;
    readonly flags: ReportFlags;
    readonly signal: AbortSignal;
  },
): Promise<Pick<ReportInput, "evaluation" | "regimes" | "notes">> {
  if (!hasModels || training === undefined) return {};
  const models = await loadModels(directory);
  const { samplesName, data: trainingData, notes } = await loadTrainingData(config, flags);
  const test = await loadTest(flags);
  const data = test ?? trainingData;
  if (data === undefined) return { notes };
  if (test !== undefined && trainingData !== undefined) refuseTrained(trainingData, test, flags);
  // The effect of a gene includes the labels of its training samples.
  const geneEffects = test === undefined ? "leave-one-out" : true;
  const options = { ...flags, signal, geneEffects } as const;
  const { mean: predicted } = await predictWithProgress(models, data, options);
  const evaluation = {
    samplesName: test === undefined ? samplesName : `the test data, ${flags.test}`,
    ...evaluatePredictions(data, predicted),
    pairs: { measured: data.labels(), predicted },
    largestErrors: largestErrors(data, predicted, { count: 10 }),
  };
  if (test === undefined || trainingData === undefined) return { evaluation, notes };
  const predictions = { [training.preset]: predicted };
  const regimes = evaluateByRegime({ train: trainingData, test, predictions });
  return { evaluation, regimes, notes };
}

/**
 * Refuses test data that were trained on before models predict them for hours.
 *
 * @throws {ContractError} If one of the samples or a replicate of it was trained on.
 */
function refuseTrained(train: Dataset, test: Dataset, { test: path }: TestFlags): void {
  const trained = classifyRows(train, test).filter((kind) => kind === "trained").length;
  if (trained === 0) return;
  throw new ContractError(
    `Cannot judge by --test ${path}: ${formatCount(trained)} of ${
      formatCountOf(test.length, "sample")
    } were trained on, themselves or a replicate of them, expected none. Leave --test out to see how well the model ` +
      "fits its training data, or name samples that it has not seen",
  );
}

/** The training data, if they still exist and have not changed. */
interface TrainingData {
  readonly data?: Dataset;
  /** What the page calls the data. */
  readonly samplesName: string;
  /** Remarks about the data for the page. */
  readonly notes: readonly string[];
}

async function loadTrainingData(
  config: SavedConfig,
  { test, ...flags }: ReportFlags,
): Promise<TrainingData> {
  const samplesName = "the training data";
  const { path, problem } = await withDigestProgress((progress) =>
    findTrainingFile(config, progress)
  );
  if (path === undefined) {
    const lost = test === undefined ? "figures of predictions" : "errors by regime";
    const note = `${problem}, so the report has no ${lost}`;
    console.warn(`warning: ${note}`);
    return { samplesName, notes: [`${note}.`] };
  }
  const data = await loadData(path, flags);
  if (problem === undefined) return { data, samplesName, notes: [] };
  console.warn(`warning: ${problem}`);
  return {
    data,
    samplesName: `${path}, named as the training data`,
    notes: [`${problem}.`],
  };
}
