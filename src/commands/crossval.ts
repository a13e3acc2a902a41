/** Command `crossval`: k-fold cross-validation. */

import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import type { FoldScheme } from "../data/fold_scheme.ts";
import { kFold } from "../data/kfold.ts";
import type { EngineReport } from "../engine/select.ts";
import { DivergedError } from "../errors.ts";
import { writeConfig } from "../runs/config.ts";
import type { EventLog } from "../runs/event_log.ts";
import { writeFolds } from "../runs/history.ts";
import { writeJson } from "../runs/json.ts";
import { removeRun } from "../runs/run_files.ts";
import { crossValidate, type FoldResult } from "../training/crossval.ts";
import type { EpochRecord, FitCheckpoint } from "../training/fit_types.ts";
import { epochScalars } from "../training/tensorboard.ts";
import {
  type CommandCall,
  type CommandDefinition,
  declareFolds,
  declareModel,
  declareResume,
  declareTraining,
  Interrupted,
} from "./flags.ts";
import { loadData } from "./_data.ts";
import { openLog, replayEpochs } from "./_event_log.ts";
import { formatAgreement, formatMetric } from "./_metrics.ts";
import { readModelFile } from "./_model_spec.ts";
import { reportRuns } from "./_report_training.ts";
import {
  describeNothingKept,
  ownRun,
  resumeCall,
  resumedFlags,
  type ResumeFlags,
} from "./_resume.ts";
import { chooseRunDirectory, refuseHeldRun } from "./_run_directory.ts";
import {
  inputsOfTraining,
  modelOf,
  resolveRunSettings,
  type RunSettings,
  type TrainingFlags,
} from "./_settings.ts";
import { describeSharedParts, findSharedParts, type SharedParts } from "./_shared_parts.ts";

interface CrossvalFlags extends TrainingFlags, ResumeFlags {
  readonly out?: string | undefined;
  readonly threads?: number | undefined;
  readonly folds: number;
  readonly scheme: FoldScheme;
}

/** Command `crossval`. */
export const command: CommandDefinition<CrossvalFlags> = {
  name: "crossval",
  summary: "Cross-validates a model and writes the losses of every fold and epoch. Folds train " +
    "together, as many as the engine runs well.",
  examples: [
    ["deno task crossval --data train.npz", "as in the report: 4 contiguous folds"],
    ["deno task crossval --data train.npz --scheme by-both", "shares neither genes nor cell types"],
  ],
  declare: (command) =>
    declareResume(declareFolds(declareModel(declareTraining(command)), "contiguous")),
  run: crossval,
};

async function crossval(given: CrossvalFlags, { signal }: CommandCall): Promise<void> {
  const flags = await resumedFlags("crossval", given);
  const { folds, scheme, otherArithmetic } = flags;
  const settings = resolveRunSettings(flags, await readModelFile(flags.spec));
  const directory = await chooseRunDirectory(flags, settings.preset);
  const inputs = await inputsOfTraining(settings, flags);
  const refuse = () => refuseHeldRun(flags);
  await using run = await ownRun(directory, { command: "crossval", flags, inputs, refuse });
  const log = await openLog(flags, run.id);
  const data = await loadData(settings.data, flags);
  await run.begin();
  const shared = findSharedParts(kFold(data, { folds, scheme, seed: settings.seed }));
  console.info(describeSharedParts(scheme, shared));
  const { resume } = run.options;
  const results = await crossValidate(modelOf(settings), data, {
    ...settings,
    ...run.options,
    folds,
    scheme,
    signal,
    otherArithmetic,
    ...reportFolds(folds, { settings, log, resume }),
  });
  const kept = results.filter(({ result }) => result.history.length > 0);
  const [first] = kept;
  if (first === undefined) {
    const diverged = results.find(({ result }) => result.diverged)?.result.diverged;
    if (diverged === undefined) {
      throw await describeNothingKept(run, { command: "crossval", directory });
    }
    await run.finish();
    throw diverged;
  }
  await run.check();
  await removeRun(directory);
  await writeConfig(directory, {
    command: "crossval",
    settings: { ...settings, folds, scheme },
    data,
    inputs,
    report: first.result,
    arithmetic: first.result.model.training.arithmetic,
  });
  await writeFolds(directory, kept);
  await writeJson(`${directory}/metrics.json`, summarise(kept, shared));
  console.info(`Written: ${directory}/ (config.json, folds.csv, metrics.json)`);
  throwUnlessFinished(results, { folds, directory });
  await run.finish();
}

/** Returns hooks that print and log the epochs and scores of the folds, beginning with the epochs of a checkpoint. */
function reportFolds(
  folds: number,
  { settings: { learningRate }, log, resume }: {
    readonly settings: RunSettings;
    readonly log: EventLog;
    readonly resume: FitCheckpoint | undefined;
  },
) {
  const { onStart, onProgress, onEpoch } = reportRuns("fold");
  return {
    onStart: (report: EngineReport) => {
      replayEpochs(log, { resume, learningRate, nameOf: (run) => `fold${run + 1}` });
      onStart(report);
    },
    onProgress,
    onFold: (fold: number, training: Dataset, validation: Dataset) =>
      console.info(
        `Fold ${fold} of ${folds}: ${formatCountOf(training.length, "sample")} to train on, ` +
          `${validation.length.toLocaleString("en-US")} to validate on`,
      ),
    onEpoch: (fold: number, record: EpochRecord) => {
      onEpoch(fold - 1, record);
      log(`fold${fold}`, record.epoch, epochScalars(record, learningRate));
    },
    onFoldEnd: ({ fold, result, evaluation }: FoldResult) => {
      if (result.diverged !== undefined) console.info(`Fold ${fold}: ${result.diverged.message}`);
      if (evaluation === undefined) return;
      const { mse, pearson } = evaluation.overall;
      console.log(`Fold ${fold}, validation: ${formatAgreement(evaluation.overall)}`);
      const scores = { "mse/validation": mse, "pearson/validation": pearson };
      log(`fold${fold}`, result.history.length, scores);
    },
  };
}

function throwUnlessFinished(
  results: readonly FoldResult[],
  { folds, directory }: { readonly folds: number; readonly directory: string },
): void {
  const finished = results.filter(({ evaluation }) => evaluation !== undefined).length;
  if (finished === folds) return;
  for (const { fold, result: { diverged, history } } of results) {
    if (diverged === undefined) continue;
    throw new DivergedError(
      `${diverged.message}. That was fold ${fold}; kept its losses to epoch ${history.length}`,
      { cause: diverged },
    );
  }
  throw new Interrupted(
    `Interrupted with ${finished} of ${folds} folds finished; kept the progress of the others. ` +
      `Resume: ${resumeCall("crossval", directory)}`,
  );
}

/**
 * Collects each fold's metrics, their mean and standard deviation, and what the folds share; prints the mean and
 * deviation.
 */
function summarise(
  results: readonly FoldResult[],
  shared: SharedParts,
): Record<string, unknown> {
  const folds = results.flatMap(({ fold, evaluation }) =>
    evaluation === undefined ? [] : [{ fold, ...evaluation.overall }]
  );
  const valuesOf = (name: "mse" | "pearson") =>
    folds.map((fold) => fold[name]).filter((value) => value !== null);
  const [mse, pearson] = [spreadOf(valuesOf("mse")), spreadOf(valuesOf("pearson"))];
  if (folds.length > 0) {
    console.log(
      `Mean ± sd of ${formatCountOf(folds.length, "fold")}: MSE ${formatSpread(mse)}, Pearson r ${
        formatSpread(pearson)
      }`,
    );
  }
  return {
    mse: mse.mean,
    mseSd: mse.sd,
    pearson: pearson.mean,
    pearsonSd: pearson.sd,
    shared,
    folds,
  };
}

/** The mean and the sample standard deviation of some values; `null` where there are too few. */
interface Spread {
  readonly mean: number | null;
  readonly sd: number | null;
}

function spreadOf(values: readonly number[]): Spread {
  const { length } = values;
  if (length === 0) return { mean: null, sd: null };
  const mean = values.reduce((sum, value) => sum + value, 0) / length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: length === 1 ? null : Math.sqrt(squares / (length - 1)) };
}

function formatSpread({ mean, sd }: Spread): string {
  return sd === null ? formatMetric(mean) : `${formatMetric(mean)} ± ${formatMetric(sd)}`;
}
