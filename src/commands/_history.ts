/** Epochs of one or several runs: as tables, and as scalars for TensorBoard. */

import type { EpochRecord, FitCheckpoint, FitResult } from "../training/fit_types.ts";
import { epochScalars } from "../training/tensorboard.ts";
import { writeFileAtomic } from "../files/file.ts";
import { formatCsv, reportRuns, reportTraining, type RunSettings } from "./_run.ts";
import type { EventLog } from "./_tensorboard.ts";

const COLUMNS = ["epoch", "loss", "learning_rate", "seconds", "samples_per_second"];

/** The epochs of one model, and its number among those of an ensemble, from 1. */
export interface MemberHistory extends Pick<FitResult, "history" | "model"> {
  readonly member: number;
}

/** Writes `history.csv` of one model, `members.csv` of an ensemble of several. Returns the file's name. */
export async function writeHistory(
  directory: string,
  results: readonly MemberHistory[],
  members: number,
): Promise<string> {
  const rows = results.flatMap(({ member, history, model: { training } }) =>
    history.map(({ epoch, loss, seconds, samplesPerSecond }) => {
      return [member, epoch, loss, training.learningRate, seconds, samplesPerSecond];
    })
  );
  const name = members === 1 ? "history.csv" : "members.csv";
  const text = members === 1
    ? formatCsv(COLUMNS, rows.map((row) => row.slice(1)))
    : formatCsv(["member", ...COLUMNS], rows);
  await writeFileAtomic(`${directory}/${name}`, text);
  return name;
}

/** Writes the epochs that a checkpoint has into an event log, which begins anew with every process. */
export function replayEpochs(
  log: EventLog,
  { resume, learningRate, nameOf }: {
    readonly resume?: FitCheckpoint;
    readonly learningRate: number;
    /** What TensorBoard calls a run, by its number from 0. */
    readonly nameOf: (run: number) => string;
  },
): void {
  for (const [run, { history }] of resume?.runs.entries() ?? []) {
    for (const record of history) {
      log(nameOf(run), record.epoch, epochScalars(record, learningRate));
    }
  }
}

/** Hooks that print each epoch of one model, or of an ensemble's members, and log it. */
export function reportMembers(
  members: number,
  { learningRate }: RunSettings,
  log: EventLog,
): ReturnType<typeof reportRuns> {
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

/** What TensorBoard calls a member, by its number from 0: nothing of its own if there is only one. */
export function memberRun(member: number, members: number): string {
  return members === 1 ? "" : `member${member + 1}`;
}

/** Training samples a second of a run; each of those that train side by side has its own rate. */
export function trainingRate(results: readonly FitResult[]): number {
  const epochs = results.flatMap(({ history }) => history);
  const samples = epochs.reduce((sum, epoch) => sum + epoch.seconds * epoch.samplesPerSecond, 0);
  return samples / epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
}
