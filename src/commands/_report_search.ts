/** What `search` prints: how it divides the data, and a line for each trial. */

import { formatCountOf } from "../base/count.ts";
import { kFold } from "../data/kfold.ts";
import type { EngineReport } from "../engine/select.ts";
import type { OwnedParts } from "../runs/owned_run.ts";
import { appendTrial } from "../runs/search_files.ts";
import {
  describePoint,
  type GroupCheckpoints,
  planRungs,
  type SearchDescription,
  type SearchProgress,
  type TrialGroup,
  type TrialRecord,
} from "../search/mod.ts";
import { planTrials } from "../search/plan_trials.ts";
import { formatShape } from "./_data.ts";
import { ProgressLine } from "./_progress.ts";
import type { DivisibleData } from "./_scheme.ts";

/**
 * Prints how the data are divided and how many trials fit them. It throws if there are too few data, before anything is
 * written.
 */
export function printPlan(
  { data, groups }: DivisibleData,
  description: SearchDescription,
): void {
  const [fold] = kFold(data, { ...description, groups });
  const { folds, scheme, trials } = description;
  console.info(
    `Search: ${formatCountOf(trials, "trial")} on ${folds} folds ${scheme}, with ` +
      `${formatCountOf(fold!.training.length, "sample")} to train on and ` +
      `${fold!.validation.length.toLocaleString("en-US")} to validate on`,
  );
  const { keepOneIn, epochs } = description;
  if (keepOneIn !== null && planRungs({ trials, epochs, keepOneIn }).length === 1) {
    console.info("Too few trials or epochs for --halving: all are trained for all epochs");
  }
  const { models, skipped } = planTrials(data, description);
  if (skipped.length === 0) return;
  console.info(
    `${skipped.length} of them do not fit data of ${formatShape(data)} and are skipped; left: ` +
      `${models.length}`,
  );
}

/** Returns hooks that keep each trial and print a line for it, draw the progress line, and open checkpoints. */
export function reportTrials(
  directory: string,
  { owned, trials }: { readonly owned: OwnedParts; readonly trials: number },
) {
  const bar = new ProgressLine();
  const print = (line: string) => {
    bar.clear();
    console.info(line);
  };
  const rungOf = ({ rung, rungs }: SearchProgress) => rungs > 1 ? `rung ${rung}/${rungs}  ` : "";
  return {
    onStart: ({ engine, device, reason }: EngineReport) =>
      print(`Engine: ${engine} (${device}, for each model); ${reason}`),
    async openCheckpoints({ rung, trials }: TrialGroup): Promise<GroupCheckpoints> {
      const name = `rung-${rung}-trial-${trials.join("-")}`;
      // Most trials are too short for a checkpoint to be worth its time.
      const { options, finish } = await owned.open(name, { atEpochs: false });
      if (options.resume !== undefined) {
        print(`Resuming within trial ${trials.join(", ")}, from its checkpoint.`);
      }
      return { ...options, finish };
    },
    onTrial: (record: TrialRecord, progress: SearchProgress) => {
      appendTrial(directory, record);
      const number = `trial ${String(record.trial).padStart(String(trials).length)}/${trials}`;
      print(`${rungOf(progress)}${number}  ${formatTrial(record)}`);
    },
    onProgress: (progress: SearchProgress) => {
      const { done, total } = progress;
      const note = `${Math.floor(done)}/${total} trials`;
      bar.update({ done, total, label: `${rungOf(progress)}searching`, note });
    },
  };
}

function formatTrial(record: TrialRecord): string {
  if (record.status !== "scored") return `${record.status}: ${record.reason}`;
  const { score, seconds, point } = record;
  return `${score.toFixed(4)}  ${describePoint(point)}  ${seconds.toFixed(1)} s`;
}
