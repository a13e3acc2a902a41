/** A run directory that one process owns, and the options for taking it. */

import type { CheckpointOptions } from "../training/fit_types.ts";
import type { Inputs } from "./inputs.ts";
import type { CheckpointPace, RunCheckpoints } from "./run_checkpoints.ts";

/** The share that one of several machines has of some runs, as `CheckpointOptions` says. */
export type RunShare = Pick<CheckpointOptions, "part" | "survey" | "arithmetic">;

/** How a run takes its directory. */
export interface TakeRunOptions {
  /** Name of the command that runs, such as `train`, by which commands that read runs know it. */
  readonly command: string;
  /**
   * The run's options, as JSON. They are kept with the checkpoints, so that the run can be resumed with them.
   *
   * @default {An empty object}
   */
  readonly flags?: Readonly<Record<string, unknown>> | undefined;
  /**
   * The files that the run reads. Their digests are kept too, so that a resumed run cannot read other files by mistake.
   *
   * @default {An empty object}
   */
  readonly inputs?: Inputs | undefined;
  /**
   * Whether the unfinished run in the directory is resumed rather than replaced. Without a checkpoint, the run starts
   * from the beginning.
   *
   * @default {false}
   */
  readonly resume?: boolean | undefined;
  /**
   * Minutes between checkpoints within an epoch.
   *
   * @default {Checkpoints are taken only at the ends of epochs}
   */
  readonly checkpointMinutes?: number | undefined;
  /**
   * Which of the runs are trained, or what is called in place of training.
   *
   * @default {All of them are trained}
   */
  readonly share?: RunShare | undefined;
  /**
   * Whether the directory was made for this run. If so, it is removed if the run leaves nothing in it.
   *
   * @default {true if the directory does not exist yet}
   */
  readonly isNew?: boolean | undefined;
  /**
   * Throws if the directory holds something that may not be replaced or resumed. It is called once no other process can
   * change the directory, since earlier checks may be out of date.
   */
  readonly refuse?: (() => Promise<void>) | undefined;
  /** Called with warnings for the user, such as that a checkpoint is damaged; it is waited for. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** A run directory to which only this process writes until it is disposed of. */
export interface OwnedDirectory extends AsyncDisposable {
  /** Letters and digits that identify this run, however often it is resumed. */
  readonly id: string;
  /**
   * Throws if the directory is no longer the one that was taken. Call it before results are written.
   *
   * @throws {ContractError} If it was moved away, removed or replaced.
   */
  check(): Promise<void>;
  /**
   * Starts or resumes the work: from now on the run can be resumed. The checkpoints of an earlier run that this one
   * does not resume are removed here and not earlier, so that a mistake in the flags costs nothing.
   */
  begin(): Promise<void>;
  /** Removes the checkpoints of a finished run. */
  finish(): Promise<void>;
}

/** A run directory to which only this process writes, for a run with one series of checkpoints. */
export interface OwnedRun extends OwnedDirectory, RunCheckpoints {
  /** Whether there is a checkpoint to resume from. */
  canResume(): Promise<boolean>;
}

/** A run directory to which only this process writes, for a run with several parts, each with its own checkpoints. */
export interface OwnedParts extends OwnedDirectory {
  /**
   * Opens the checkpoints of a part and loads the one from which it is resumed.
   *
   * @param name A file name that identifies the part: letters, digits, spaces, dots and dashes.
   * @throws {ContractError} If the name has other characters, or is `lock` or `command.json`, which belong to the run itself.
   */
  open(name: string, pace?: Pick<CheckpointPace, "atEpochs">): Promise<RunCheckpoints>;
}
