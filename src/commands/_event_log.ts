/** The event files of `--tensorboard`. */

import { ContractError } from "../errors.ts";
import { checkDirectory } from "../files/directory.ts";
import { type EventLog, listEventFiles, openEventLog } from "../runs/event_log.ts";
import { epochScalars } from "../training/tensorboard.ts";
import type { FitCheckpoint } from "../training/fit_types.ts";
import { warn } from "./_warn.ts";

/** Flags that say where event files are written. */
interface EventFlags {
  readonly tensorboard?: string | undefined;
  readonly overwrite: boolean;
  readonly resume?: string | undefined;
}

/**
 * Prepares the directory of `--tensorboard`. Without the flag the log takes scalars and writes nothing.
 *
 * @param flags The flags of the run.
 * @param id The run's id.
 * @throws {ContractError} If the directory holds event files and `--overwrite` was not given.
 */
export async function openLog(
  { tensorboard: directory, overwrite, resume }: EventFlags,
  id: string,
): Promise<EventLog> {
  if (directory !== undefined && resume === undefined && !overwrite) {
    await checkDirectory(directory);
    const [held] = await listEventFiles(directory);
    if (held !== undefined) {
      throw new ContractError(
        `Cannot write to ${directory}: it already holds event files, such as ${held}. Name another --tensorboard, ` +
          "or add --overwrite",
      );
    }
  }
  const isResumed = resume !== undefined;
  return await openEventLog(directory, { id, resume: isResumed, overwrite, onWarning: warn });
}

/** Writes the epochs of a checkpoint into an event log, since each process starts its log again. */
export function replayEpochs(
  log: EventLog,
  { resume, learningRate, nameOf }: {
    readonly resume?: FitCheckpoint | undefined;
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

/** What TensorBoard calls a member, by its number from 0: an empty string if there is only one member. */
export function memberRun(member: number, members: number): string {
  return members === 1 ? "" : `member${member + 1}`;
}
