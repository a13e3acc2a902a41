/** Epochs of one or several runs: as tables, and as scalars for TensorBoard. */

import type { EpochRecord, FitResult } from "../src/training/fit.ts";
import { epochScalars } from "../src/training/tensorboard.ts";
import { writeFileAtomic } from "../src/io/file.ts";
import { formatCsv, reportRuns, reportTraining, type RunSettings } from "./_run.ts";
import type { EventLog } from "./_tensorboard.ts";

const COLUMNS = ["epoch", "loss", "learning_rate", "seconds", "samples_per_second"];

/** Writes `history.csv` of one run, `members.csv` of several. Returns the file's name. */
export async function writeHistory(
  directory: string,
  results: readonly Pick<FitResult, "history" | "model">[],
): Promise<string> {
  const rows = ({ history, model: { training } }: Pick<FitResult, "history" | "model">) =>
    history.map(({ epoch, loss, seconds, samplesPerSecond }) => {
      return [epoch, loss, training.learningRate, seconds, samplesPerSecond];
    });
  const one = results.length === 1;
  const name = one ? "history.csv" : "members.csv";
  const text = one ? formatCsv(COLUMNS, rows(results[0])) : formatCsv(
    ["member", ...COLUMNS],
    results.flatMap((result, member) => rows(result).map((row) => [member + 1, ...row])),
  );
  await writeFileAtomic(`${directory}/${name}`, text);
  return name;
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
function memberRun(member: number, members: number): string {
  return members === 1 ? "" : `member${member + 1}`;
}

/** Training samples a second of a run; each of those that train side by side has its own rate. */
export function trainingRate(results: readonly FitResult[]): number {
  const epochs = results.flatMap(({ history }) => history);
  const samples = epochs.reduce((sum, epoch) => sum + epoch.seconds * epoch.samplesPerSecond, 0);
  return samples / epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
}
