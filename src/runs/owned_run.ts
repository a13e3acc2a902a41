/** A run directory that one process owns, and how it is taken. */

import type { Inputs } from "./inputs.ts";
import type { CheckpointPace, RunCheckpoints } from "./run_checkpoints.ts";

/** How a run takes its directory. */
export interface TakeRunOptions {
  /** Name of what runs, such as `train`, as the commands that read runs know it. */
  readonly command: string;
  /**
   * What the run was asked for, as JSON: kept with the checkpoints for whoever resumes the run.
   *
   * @default nothing
   */
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
  /**
   * The files that the run reads: kept too, so that other files are not taken for them.
   *
   * @default none
   */
  readonly inputs?: Inputs | undefined;
  /**
   * Whether the unfinished run in the directory is resumed, rather than replaced. Where there is nothing to resume from,
   * the run starts from the beginning.
   *
   * @default false
   */
  readonly resume?: boolean | undefined;
  /**
   * Minutes after which a checkpoint is taken within an epoch, too.
   *
   * @default checkpoints are taken only where epochs end
   */
  readonly checkpointMinutes?: number | undefined;
  /**
   * Whether the directory was made for this run, and is removed if the run leaves nothing in it.
   *
   * @default whether it is not there yet
   */
  readonly isNew?: boolean | undefined;
  /**
   * Throws if the directory holds what may not be replaced or resumed. Called when no other process can change the
   * directory any more: what was looked at before may have changed since.
   */
  readonly refuse?: (() => Promise<void>) | undefined;
  /** Is told what the user should know, such as that a checkpoint is damaged. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** A run directory that this process alone writes to, until it is disposed of. */
export interface OwnedDirectory extends AsyncDisposable {
  /** Letters and digits that stand for this run, however often it is resumed, and for no other run. */
  readonly id: string;
  /**
   * Throws if the directory is no longer the one that was taken; to be called before results are written.
   *
   * @throws {ContractError} If it was moved away, removed or replaced.
   */
  check(): Promise<void>;
  /**
   * Starts or resumes the work: from here on the run can be resumed. What an earlier run kept, and this one does not
   * resume from, is removed here and not before, so that a mistake in the flags costs nothing.
   */
  begin(): Promise<void>;
  /** Removes the checkpoints of a run that came to its end. */
  finish(): Promise<void>;
}

/** A run directory that this process alone writes to, of a run with one row of checkpoints. */
export interface OwnedRun extends OwnedDirectory, RunCheckpoints {
  /** Whether there is a checkpoint to resume from. */
  canResume(): Promise<boolean>;
}

/** A run directory that this process alone writes to, of a run with several parts, each with checkpoints of its own. */
export interface OwnedParts extends OwnedDirectory {
  /**
   * Opens the checkpoints of a part, and loads the one to resume from.
   *
   * @param name A file name that stands for this part alone: letters, digits, spaces, dots and dashes.
   * @throws {ContractError} If it is another name, or `lock` or `command.json`, which the run has itself.
   */
  open(name: string, pace?: Pick<CheckpointPace, "atEpochs">): Promise<RunCheckpoints>;
}
