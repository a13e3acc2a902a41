/** Command `train`: trains a model, or an ensemble, on labelled data. */

import { dirname, join } from "node:path";
import { quotePath } from "../base/shell.ts";
import type { Dataset } from "../data/dataset.ts";
import { DivergedError } from "../errors.ts";
import { pathKind } from "../files/file.ts";
import type { FitManyResult } from "../training/fit_types.ts";
import {
  type CommandCall,
  type CommandDefinition,
  declareEnsemble,
  declareModel,
  declareResume,
  declareTest,
  declareTraining,
  declareValidation,
  Interrupted,
} from "./flags.ts";
import {
  type CalibrationFlags,
  declareCalibration,
  formatCalibration,
  throwUnlessCalibrated,
} from "./_calibration.ts";
import { warnOfCounts } from "./_count_warning.ts";
import { openLog } from "./_event_log.ts";
import { checkFlagNeeds } from "./_flag_needs.ts";
import { checkTestFlags } from "./_labels.ts";
import { readSpecFile } from "./_model_spec.ts";
import { declareEarlyStopping, declareOptimiser } from "./_optimiser_flags.ts";
import { checkPanelFlag, declarePanelTraining, printPanel, usesPanel } from "./_panel_flags.ts";
import { commandLine, findPackageFile, formatNext } from "./_place.ts";
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
import { trainingUnits } from "./_training_units.ts";
import { declareSequenceControl } from "./_sequence_control.ts";
import { formatSequenceFlags } from "./_sequences.ts";
import { declareStart, frozenOf, loadInitial, printStart } from "./_start_flags.ts";
import { printStops, trainModels } from "./_train_models.ts";
import { readTrainingSamples, type SampleFlags } from "./_training_samples.ts";
import { type TrainedMember, writeTrained } from "./_write_trained.ts";
import { printWindow } from "./_window.ts";

interface TrainFlags extends TrainingFlags, SampleFlags, ResumeFlags, CalibrationFlags {
  readonly data?: string | undefined;
  readonly record?: string | undefined;
  readonly threads?: number | undefined;
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
      "five models, their averaged predictions, and the gain on other data",
    ],
    [
      "deno task train --data train.npz --preset waka3 --panel eval.npz",
      "compares samples with a reference panel, to which the marks of new genes are added",
    ],
    [
      "deno task train --data train.npz --preset waka2 --calibrate",
      "keeps the errors on held-out genes and cell types, for predict --interval",
    ],
    ["deno task train --data train.npz --spec model.json", "your own model"],
    [
      "deno task train --data train.npz --validation valid.npz --epochs 100 --early-stopping 5",
      "until five epochs have not been better, with the best epoch's model",
    ],
    [
      "deno task train --data own.npz --from runs/first --freeze encoder --epochs 20",
      "an earlier model, whose head learns from your own labels",
    ],
    ["deno task train --resume runs/first", "resume a run that was stopped"],
  ],
  declare: (command) =>
    declareResume(
      declareTest(
        declareCalibration(declareEnsemble(
          declareStart(
            declareEarlyStopping(
              declareValidation(
                declareOptimiser(declareModel(
                  declareSequenceControl(declarePanelTraining(declareTraining(command))),
                )),
              ),
            ),
          ),
        )),
      ),
    ),
  run: train,
  units: trainingUnits({
    name: "train",
    run: train,
    nameRun: ({ ensemble }, run) => nameRun(run, ensemble),
  }),
};

async function train(given: TrainFlags, call: CommandCall): Promise<void> {
  const { signal, share } = call;
  checkFlagNeeds(given, call);
  const flags = await resumedFlags("train", given);
  checkTestFlags(flags);
  const { ensemble } = flags;
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
  await using run = await ownRun(directory, { command: "train", flags, inputs, refuse, share });
  const log = await openLog(flags, run.id);
  const model = modelOf(asked);
  checkPanelFlag(flags, { name: asked.preset, usesPanel: usesPanel(model) });
  const samples = await readTrainingSamples(asked.data, flags, model);
  const settings = resolve(samples.data);
  printStart(flags, initial, { ...settings, folds: flags.calibrate });
  printWindow(settings, samples.data);
  warnOfCounts(samples.data, settings, { flags, file, initial });
  await run.begin();
  const models = { flags, settings, samples, initial, log, signal };
  const { trained, calibrated } = await trainModels(run, models);
  const results = resultsOf(trained);
  if (results === undefined) {
    const diverged = findDiverged(trained);
    if (diverged === undefined) {
      throw await describeNothingKept(run, { command: "train", directory });
    }
    await run.finish();
    throw diverged;
  }
  printStops(results, settings, ensemble);
  printPanel(results[0].model);
  await run.check();
  const { calibration } = calibrated ?? {};
  if (calibration !== undefined) console.log(formatCalibration(calibration));
  await writeTrained({
    directory,
    settings,
    calibrationFolds: flags.calibrate ? flags.calibrationFolds : undefined,
    data: samples.data,
    test: samples.test,
    testPath: flags.test,
    inputs,
    ensemble,
    log,
    results,
  });
  throwUnlessFinished(trained, { flags, settings, directory });
  if (calibrated !== undefined) throwUnlessCalibrated(calibrated, directory);
  await run.finish();
  await printNextStep(directory, flags);
}

/** Names a run for its unit: members of the ensemble come first, then the models of calibration folds. */
function nameRun(run: number, ensemble: number): { readonly id: string; readonly does: string } {
  if (run < ensemble) return { id: `member${run + 1}`, does: `member ${run + 1} of ${ensemble}` };
  const fold = run - ensemble + 1;
  return { id: `calibration${fold}`, does: `calibration fold ${fold}` };
}

/** The models that have finished an epoch at least; `undefined` if no model has. */
function resultsOf(
  trained: readonly FitManyResult[],
): readonly [TrainedMember, ...TrainedMember[]] | undefined {
  const [first, ...others] = trained.flatMap((result, i): TrainedMember[] =>
    result.history.length > 0 ? [{ ...result, member: i + 1 }] : []
  );
  return first && [first, ...others];
}

function findDiverged(trained: readonly FitManyResult[]): DivergedError | undefined {
  return trained.find(({ diverged }) => diverged !== undefined)?.diverged;
}

/**
 * Throws if training stopped before its end, with a message that says how far the kept models are trained.
 *
 * @throws {DivergedError} If one of them diverged.
 * @throws {Interrupted} If the run was interrupted.
 */
function throwUnlessFinished(
  trained: readonly FitManyResult[],
  { flags: { ensemble }, settings: { epochs }, directory }: {
    readonly flags: TrainFlags;
    readonly settings: RunSettings;
    readonly directory: string;
  },
): void {
  const kept = trained.filter(({ history }) => history.length > 0);
  const epoch = kept.at(-1)?.model.training.epochs ?? 0;
  const what = ensemble === 1
    ? `the model of epoch ${epoch} of ${epochs}`
    : `${kept.length} of ${ensemble} models, the last one of epoch ${epoch} of ${epochs}`;
  const diverged = findDiverged(trained);
  if (diverged !== undefined) {
    throw new DivergedError(`${diverged.message}. Kept ${what}`, { cause: diverged });
  }
  if (trained.length < ensemble || trained.some(({ interrupted }) => interrupted)) {
    throw new Interrupted(
      `Interrupted: kept ${what}. Resume: ${resumeCall("train", directory)}`,
    );
  }
}

/**
 * Prints the next command: it predicts the competition's evaluation file if that is beside the training data, else the
 * test data; without either it writes a report.
 */
async function printNextStep(directory: string, flags: TrainFlags): Promise<void> {
  const { data, test, record } = flags;
  const run = quotePath(directory);
  const dna = formatSequenceFlags(flags);
  const readAs = `${record === undefined ? "" : ` --record ${quotePath(record)}`}${dna}`;
  const competition = data === undefined
    ? findPackageFile("fixtures/eval.npz")
    : join(dirname(data), "eval.npz");
  const call = (command: string, file: string, out: string) =>
    `${commandLine(command)} --model ${run} --data ${quotePath(file)}${readAs} --out ${out}`;
  if (competition !== undefined && await pathKind(competition) === "file") {
    console.info(formatNext("Next", call("submit", competition, "submission.csv")));
  } else if (test !== undefined) {
    console.info(formatNext("Next", call("predict", test, "predictions.tsv")));
  } else {
    console.info(formatNext("Next", `${commandLine("report")} ${run}${dna}`));
  }
}
