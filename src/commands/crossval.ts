/** Command `crossval`: k-fold cross-validation. */

import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import { kFold } from "../data/kfold.ts";
import type { EngineReport } from "../engine/select.ts";
import { DivergedError } from "../errors.ts";
import { writeConfig } from "../runs/config.ts";
import type { EventLog } from "../runs/event_log.ts";
import { writeFolds } from "../runs/history.ts";
import { writeJson } from "../runs/json.ts";
import { removeRun } from "../runs/run_files.ts";
import { describeReading } from "../panel/reading.ts";
import { crossValidate, type FoldResult } from "../training/crossval.ts";
import type { EpochRecord, FitCheckpoint } from "../training/fit_types.ts";
import { epochScalars } from "../training/tensorboard.ts";
import {
  type CommandCall,
  type CommandDefinition,
  declareModel,
  declareResume,
  declareTraining,
  integer,
  Interrupted,
} from "./flags.ts";
import { warnOfCounts } from "./_count_warning.ts";
import { loadData } from "./_data.ts";
import { openLog, replayEpochs } from "./_event_log.ts";
import { checkFlagNeeds } from "./_flag_needs.ts";
import { formatFolds, summariseFolds } from "./_fold_summary.ts";
import { formatAgreement } from "./_metrics.ts";
import { readSpecFile } from "./_model_spec.ts";
import { declareEarlyStopping, declareOptimiser } from "./_optimiser_flags.ts";
import { checkPanelFlag, declarePanelTraining, loadUnlabelled, usesPanel } from "./_panel_flags.ts";
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
  trainingOptions,
} from "./_settings.ts";
import { declareSequenceControl } from "./_sequence_control.ts";
import { declareFolds, describeScheme, readSchemeTables, type SchemeFlags } from "./_scheme.ts";
import {
  declareStart,
  frozenOf,
  joinWeights,
  loadInitial,
  printStart,
  readWeights,
  type StartFlags,
} from "./_start_flags.ts";
import { trainingUnits } from "./_training_units.ts";
import { describeSharedParts, findSharedParts } from "./_shared_parts.ts";
import { printWindow } from "./_window.ts";

interface CrossvalFlags extends TrainingFlags, StartFlags, ResumeFlags, SchemeFlags {
  readonly out?: string | undefined;
  readonly threads?: number | undefined;
  readonly folds: number;
  readonly repeats: number;
}

const CHOSEN_EPOCHS =
  "Early stopping chooses the best epoch of a fold by the samples that the fold is measured on, so its scores are " +
  "somewhat too good.";

/** Command `crossval`. */
export const command: CommandDefinition<CrossvalFlags> = {
  name: "crossval",
  summary: "Cross-validates a model and writes the losses of every fold and epoch. Folds train " +
    "together, as many as the engine runs well.",
  examples: [
    ["deno task crossval --data train.npz", "4 folds that share neither genes nor cell types"],
    ["deno task crossval --data train.npz --scheme by-chromosome", "whole chromosomes are new"],
    [
      "deno task crossval --data train.npz --scheme by-group --groups samples.tsv --group-column donor",
      "donors are new, by a table with the columns cell_type and donor",
    ],
    ["deno task crossval --data E003/train.csv --scheme by-gene", "one cell type: genes are new"],
    ["deno task crossval --data train.npz --scheme contiguous", "as in the report: far too good"],
  ],
  declare: (command) =>
    declareResume(
      declareStart(
        declareEarlyStopping(
          declareOptimiser(
            declareFolds(
              declareModel(
                declareSequenceControl(declarePanelTraining(declareTraining(command))),
              ),
              "by-both",
            )
              .option(
                "--repeats <n>",
                "how often to divide, each time at random in another way",
                integer(1),
                1,
              ),
          ),
        ),
      ),
    ),
  run: crossval,
  units: trainingUnits({
    name: "crossval",
    run: crossval,
    nameRun: ({ folds, repeats }, run) => {
      return { id: `fold${run + 1}`, does: `fold ${run + 1} of ${folds * repeats}` };
    },
  }),
};

async function crossval(given: CrossvalFlags, call: CommandCall): Promise<void> {
  const { signal, share } = call;
  checkFlagNeeds(given, call);
  const flags = await resumedFlags("crossval", given);
  const { folds, repeats, scheme, stratified, otherArithmetic } = flags;
  const initial = await loadInitial(flags);
  const file = await readSpecFile(flags.spec);
  const resolve = (data?: Dataset) => ({
    ...resolveRunSettings(flags, { file, initial, data }),
    ...frozenOf(flags),
  });
  const asked = resolve();
  const directory = await chooseRunDirectory(flags, asked.preset);
  const inputs = await inputsOfTraining(asked, flags);
  const refuse = () => refuseHeldRun(flags);
  await using run = await ownRun(directory, { command: "crossval", flags, inputs, refuse, share });
  const log = await openLog(flags, run.id);
  const tables = await readSchemeTables(flags);
  const weights = await readWeights(flags);
  const model = modelOf(asked);
  checkPanelFlag(flags, { name: asked.preset, usesPanel: usesPanel(model) });
  const options = { allowMissingMarks: usesPanel(model) };
  const { data, groups } = tables.join(await loadData(asked.data, flags, options));
  const settings = resolve(data);
  const unlabelled = await loadUnlabelled(flags, { [settings.data]: data });
  const sampleWeights = joinWeights(data, weights);
  printStart(flags, initial, { ...settings, folds: true });
  printWindow(settings, data);
  warnOfCounts(data, settings, { flags, file, initial });
  await run.begin();
  const division = { folds, repeats, scheme, stratified, groups };
  const shared = findSharedParts(kFold(data, { ...division, seed: settings.seed }));
  console.info(describeSharedParts(scheme, shared));
  if (settings.earlyStopping !== undefined) console.info(CHOSEN_EPOCHS);
  const { resume } = run.options;
  const results = await crossValidate(model, data, {
    ...trainingOptions(settings),
    unlabelled,
    ...run.options,
    ...division,
    initial,
    ownPanel: flags.ownPanel,
    acceptAssembly: flags.acceptAssembly,
    sampleWeights,
    stop: signal,
    otherArithmetic,
    ...reportFolds({ folds, repeats }, { settings, log, resume }),
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
    settings: { ...settings, folds, repeats, ...describeScheme(flags) },
    data,
    inputs,
    report: first.result,
    arithmetic: first.result.model.training.arithmetic,
  });
  await writeFolds(directory, kept);
  const summary = summariseFolds(kept, folds);
  await writeJson(`${directory}/metrics.json`, { ...summary, shared });
  for (const line of formatFolds(summary)) console.log(line);
  console.info(`Written: ${directory}/ (config.json, folds.csv, metrics.json)`);
  throwUnlessFinished(results, { folds: folds * repeats, directory });
  await run.finish();
}

/** Returns hooks that print and log the epochs and scores of the folds, beginning with the epochs of a checkpoint. */
function reportFolds(
  { folds, repeats }: { readonly folds: number; readonly repeats: number },
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
        `Fold ${fold + 1} of ${folds * repeats}: ${
          formatCountOf(training.length, "sample")
        } to train on, ` +
          `${validation.length.toLocaleString("en-US")} to validate on`,
      ),
    onEpoch: (fold: number, record: EpochRecord) => {
      onEpoch(fold, record);
      log(`fold${fold + 1}`, record.epoch, epochScalars(record, learningRate));
    },
    onFoldEnd: ({ fold: index, result, evaluation, reading }: FoldResult) => {
      const fold = index + 1;
      if (result.diverged !== undefined) console.info(`Fold ${fold}: ${result.diverged.message}`);
      if (evaluation === undefined) return;
      const { mse, pearson } = evaluation.overall;
      if (reading !== undefined) console.info(`Fold ${fold}: ${describeReading(reading)}.`);
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
      `${diverged.message}. That was fold ${fold + 1}; kept its losses to epoch ${history.length}`,
      { cause: diverged },
    );
  }
  throw new Interrupted(
    `Interrupted with ${finished} of ${folds} folds finished; kept the progress of the others. ` +
      `Resume: ${resumeCall("crossval", directory)}`,
  );
}
