/** What `train` prints and checks of a calibration. */

import type { Command } from "commander";
import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import { DivergedError } from "../errors.ts";
import { CALIBRATED_REGIMES, type Calibration } from "../model/calibration.ts";
import type { EventLog } from "../runs/event_log.ts";
import { epochScalars } from "../training/tensorboard.ts";
import type { CalibratedModels } from "../training/fit_calibrated.ts";
import { calibrationFolds } from "../validation/calibration_folds.ts";
import { describeRegime, meanHalfWidth } from "../validation/intervals.ts";
import { integer, Interrupted } from "./flags.ts";
import { memberRun } from "./_event_log.ts";
import { formatMarkErrors } from "./_mark_prices.ts";
import { type FitManyHooks, reportRuns } from "./_report_training.ts";
import { resumeCall } from "./_resume.ts";
import type { RunSettings } from "./_settings.ts";

/** Flags of a calibration. */
export interface CalibrationFlags {
  readonly calibrate?: boolean | undefined;
  readonly calibrationFolds?: number | undefined;
}

/** The confidence of the intervals whose widths are printed. */
const SHOWN_CONFIDENCE = 0.9;

/** Declares the flags of a calibration. */
export function declareCalibration(command: Command): Command {
  return command
    .option(
      "--calibrate",
      "also train on parts of the data and keep the errors on the rest, for predict --interval; takes about four times as long",
      false,
    )
    .option(
      "--calibration-folds <n>",
      "groups that --calibrate holds out one after the other",
      integer(2),
      5,
    );
}

/** Prints what a calibration holds out, before it begins. */
export function announceCalibration(
  data: Dataset,
  { calibrationFolds: folds, seed }: CalibrationFlags & { readonly seed: number },
): void {
  const parts = calibrationFolds(data, { folds, seed });
  const samples = parts.reduce((sum, { training }) => sum + training.length, 0);
  const share = (samples / data.length).toFixed(1);
  console.info(
    `Calibration: ${
      formatCountOf(parts.length, "more model")
    } on parts of the data, which cost ${share} times what one ` +
      "of all of it does",
  );
}

/** What TensorBoard calls a run of a calibrated model: a member or a fold, by its number from 0. */
export function calibratedRun(run: number, members: number): string {
  return run < members ? memberRun(run, members) : `calibration${run - members + 1}`;
}

/** Hooks that print and log the epochs of members and of folds. */
export function reportCalibrated(
  members: number,
  { learningRate }: RunSettings,
  log: EventLog,
): FitManyHooks {
  const hooks = reportRuns((run) =>
    run >= members ? `fold ${run - members + 1}` : members === 1 ? "model" : `member ${run + 1}`
  );
  return {
    ...hooks,
    onEpoch: (run, record) => {
      hooks.onEpoch(run, record);
      log(calibratedRun(run, members), record.epoch, epochScalars(record, learningRate));
    },
  };
}

/** Formats how wide intervals are, by regime, which regimes have none, and the prices of missing marks. */
export function formatCalibration({ folds, regimes, markErrors }: Calibration): string {
  const lines = CALIBRATED_REGIMES.flatMap((regime) => {
    const found = regimes[regime];
    if (found === undefined) {
      return regime.endsWith("InPanel") ? [] : [`  ${describeRegime(regime)}: too few to hold out`];
    }
    const half = meanHalfWidth(found, SHOWN_CONFIDENCE);
    const reach = half === undefined ? "too few for 90%" : `± ${half.toPrecision(3)}`;
    return [
      `  ${describeRegime(regime)}: ${reach} (${formatCountOf(found.samples, "sample")}, ` +
      `${formatCountOf(found.cellTypes, "cell type")})`,
    ];
  });
  const title = `Intervals of 90%, on average, from samples that ${
    formatCountOf(folds, "model")
  } did not see:`;
  const prices = markErrors === undefined ? [] : [formatMarkErrors(markErrors)];
  return [title, ...lines, ...prices].join("\n");
}

/**
 * Throws if a calibration stopped before its end; the models of all samples are finished and kept.
 *
 * @throws {DivergedError} If a fold diverged.
 * @throws {Interrupted} If the run was interrupted.
 */
export function throwUnlessCalibrated(
  { calibration, diverged, folds, finishedFolds }: CalibratedModels,
  directory: string,
): void {
  if (calibration !== undefined) return;
  if (diverged !== undefined) {
    throw new DivergedError(
      `${diverged.message}. That was in a fold of the calibration; kept the model without one`,
      { cause: diverged },
    );
  }
  throw new Interrupted(
    `Interrupted: kept the model, without its calibration, of which ${finishedFolds} of ${
      formatCountOf(folds, "fold")
    } are finished. Resume: ${resumeCall("train", directory)}`,
  );
}
