/** What the commands that train print while they train. */

import { formatDuration } from "../base/duration.ts";
import type { EngineReport } from "../engine/select.ts";
import type { EventLog } from "../runs/event_log.ts";
import { bestEpoch } from "../training/early_stopping.ts";
import type {
  EpochRecord,
  FitManyProgress,
  FitProgress,
  FitResult,
} from "../training/fit_types.ts";
import { epochScalars } from "../training/tensorboard.ts";
import { memberRun, replayEpochs } from "./_event_log.ts";
import { formatRate, ProgressLine, type ProgressState } from "./_progress.ts";
import type { RunSettings } from "./_settings.ts";

/** Hooks for `fit`. */
export interface FitHooks {
  readonly onStart: (report: EngineReport) => void;
  readonly onEpoch: (record: EpochRecord) => void;
  readonly onProgress: (progress: FitProgress) => void;
}

/** Hooks for `fitMany` and its relatives. */
export interface FitManyHooks {
  readonly onStart: (report: EngineReport) => void;
  readonly onEpoch: (run: number, record: EpochRecord) => void;
  readonly onProgress: (progress: FitManyProgress) => void;
}

/** Hooks for `fit` that draw the progress line and print a line for each epoch. */
export function reportTraining(prefix = ""): FitHooks {
  const progress = new ProgressLine("samples");
  return {
    onStart: (report) => printEngine(report, prefix),
    onProgress: (state) => progress.update(progressState(state, prefix)),
    onEpoch: (record) => {
      progress.clear();
      console.info(prefix + formatEpoch(record));
    },
  };
}

/**
 * Hooks for runs that train together: each line begins with what a run is called, such as `fold`, and its number from
 * 1, or with what a function calls the run by its number from 0.
 */
export function reportRuns(what: string | ((run: number) => string)): FitManyHooks {
  const nameOf = typeof what === "string" ? (run: number) => `${what} ${run + 1}` : what;
  let progress = new ProgressLine("samples");
  let group = 0;
  return {
    onStart: (report) => printEngine(report, ""),
    onProgress: (state: FitManyProgress) => {
      const [first, end] = state.runs;
      // The rate and the time left are those of the runs that train now.
      if (first !== group) progress = new ProgressLine("samples");
      group = first;
      const last = typeof what === "string" ? `${end}` : nameOf(end - 1);
      const names = end === first + 1 ? nameOf(first) : `${nameOf(first)}–${last}`;
      progress.update(progressState(state, `${names}  `));
    },
    onEpoch: (run, record) => {
      progress.clear();
      console.info(`  ${nameOf(run)}  ${formatEpoch(record)}`);
    },
  };
}

function printEngine({ engine, device, reason }: EngineReport, prefix: string): void {
  console.info(`${prefix}Engine: ${engine} (${device}); ${reason}`);
}

/** Describes a training run for the progress line, without a loss if the engine reads it only after each epoch. */
export function progressState(progress: FitProgress, prefix: string): ProgressState {
  const { epoch, epochs, samples, samplesPerEpoch, loss } = progress;
  return {
    done: (epoch - 1) * samplesPerEpoch + samples,
    total: epochs * samplesPerEpoch,
    label: `${prefix}epoch ${epoch}/${epochs}`,
    note: loss === undefined ? undefined : `loss ${loss.toFixed(4)}`,
  };
}

/** Says where a run that may stop early ended, and which epoch's model is kept. */
export function describeStop(
  { history, model: { training: { epochs: kept, earlyStopping } } }: FitResult,
  { epochs, prefix = "" }: { readonly epochs: number; readonly prefix?: string },
): string | undefined {
  if (earlyStopping === undefined) return undefined;
  const best = bestEpoch(history);
  const end = history.length < epochs ? `Stopped after epoch ${history.length} of ${epochs}. ` : "";
  const whose = kept === best ? "its weights" : `those of epoch ${kept}`;
  return `${prefix}${end}The least validation loss was that of epoch ${best}; the model has ${whose}`;
}

/** Formats an epoch as a line. */
function formatEpoch(record: EpochRecord): string {
  const { epoch, loss, validationLoss, seconds, samplesPerSecond } = record;
  return [
    `epoch ${String(epoch).padStart(3)}`,
    `loss ${loss.toFixed(4)}`,
    validationLoss === undefined ? undefined : `validation ${validationLoss.toFixed(4)}`,
    `${formatRate(samplesPerSecond)} samples/s`,
    seconds < 10 ? `${seconds.toFixed(2)} s` : formatDuration(seconds),
  ].filter((part) => part !== undefined).join("  ");
}

/** Hooks that print each epoch of one model, or of an ensemble's members, and log it. */
export function reportMembers(
  members: number,
  { learningRate }: RunSettings,
  log: EventLog,
): FitManyHooks {
  const one = reportTraining();
  const several = reportRuns("member");
  const print = members === 1
    ? { ...one, onEpoch: (_: number, record: EpochRecord) => one.onEpoch(record) }
    : several;
  return {
    ...print,
    onEpoch: (run, record) => {
      print.onEpoch(run, record);
      log(memberRun(run, members), record.epoch, epochScalars(record, learningRate));
    },
  };
}

/** Hooks that log the epochs of a checkpoint before those that follow it. */
export function afterReplay(
  hooks: FitManyHooks,
  log: EventLog,
  resumed: Parameters<typeof replayEpochs>[1],
): FitManyHooks {
  return {
    ...hooks,
    onStart: (report) => {
      replayEpochs(log, resumed);
      hooks.onStart(report);
    },
  };
}
