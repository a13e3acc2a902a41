/** Opens the checkpoints of a run and its parts, to resume from them and write to them, and removes them at the end. */

import { FormatError } from "../errors.ts";
import { removeIfEmpty } from "../files/directory.ts";
import { listDirectory, pathKind } from "../files/file.ts";
import { isLink } from "../files/path_kind.ts";
import { CheckpointFolder } from "../training/checkpoint_folder.ts";
import type { CheckpointOptions, FitCheckpoint } from "../training/fit_types.ts";

/** The checkpoints of a run, or of a part of one. */
export interface RunCheckpoints {
  /**
   * Options for `fit` and its relatives: where to write checkpoints, and the checkpoint to resume from, if there is
   * one.
   */
  readonly options: { readonly checkpoint: CheckpointOptions; readonly resume?: FitCheckpoint };
  /** Removes the checkpoints of a finished run or part. */
  finish(): Promise<void>;
}

/** When checkpoints are taken. */
export interface CheckpointPace {
  /**
   * Minutes between checkpoints within an epoch.
   *
   * @default {Checkpoints are taken only at the ends of epochs}
   */
  readonly checkpointMinutes?: number | undefined;
  /**
   * Whether a checkpoint is taken at the end of each epoch.
   *
   * @default {true}
   */
  readonly atEpochs?: boolean | undefined;
  /**
   * Which of the runs are trained, or what is called in place of training.
   *
   * @default {All of them are trained}
   */
  readonly share?: Pick<CheckpointOptions, "part" | "survey" | "arithmetic"> | undefined;
}

/** How checkpoints are opened. */
export interface OpenCheckpointsOptions extends CheckpointPace {
  /** Whether the newest checkpoint is loaded. */
  readonly resume: boolean;
  /** Called before a checkpoint is written; throws if nothing may be written any more. */
  readonly check: () => Promise<void>;
  /** Called with warnings about damaged checkpoints; it is waited for. */
  readonly onWarning: (text: string) => void;
}

/**
 * Opens the checkpoints of a run, or of a part of one, and loads the one from which it is resumed.
 *
 * @param path The directory of the checkpoints.
 */
export async function openCheckpoints(
  path: string,
  { resume, checkpointMinutes, atEpochs, share, check, onWarning }: OpenCheckpointsOptions,
): Promise<RunCheckpoints> {
  const folder = new CheckpointFolder(path);
  const found = resume ? await folder.load() : undefined;
  for (const { message } of found?.damaged ?? []) await onWarning(message);
  const save = async (state: FitCheckpoint) => {
    await check();
    await folder.save(state);
  };
  const checkpoint: CheckpointOptions = {
    save,
    ...(checkpointMinutes !== undefined && { everyMinutes: checkpointMinutes }),
    ...(atEpochs !== undefined && { atEpochs }),
    ...share,
  };
  return {
    options: found === undefined ? { checkpoint } : { checkpoint, resume: found.checkpoint },
    finish: () => clearFolder(path),
  };
}

/**
 * Opens the checkpoints of a part. If all of them are damaged, the part starts over and the other parts are kept.
 */
export async function openPart(
  path: string,
  options: OpenCheckpointsOptions,
): Promise<RunCheckpoints> {
  try {
    return await openCheckpoints(path, options);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    await options.onWarning(`${error.message}; this part starts over`);
    await clearFolder(path);
    return await openCheckpoints(path, options);
  }
}

/** Removes the checkpoints of a run and of all its parts. */
export async function clearAll(path: string): Promise<void> {
  for (const part of await partsIn(path)) await clearFolder(part);
  await new CheckpointFolder(path).clear();
}

async function clearFolder(path: string): Promise<void> {
  await new CheckpointFolder(path).clear();
  await removeIfEmpty(path);
}

async function partsIn(path: string): Promise<string[]> {
  const paths = (await listDirectory(path)).map((name) => `${path}/${name}`);
  // The target of a link does not belong to the run.
  const isPart = await Promise.all(
    paths.map(async (part) => !await isLink(part) && await pathKind(part) === "directory"),
  );
  return paths.filter((_, i) => isPart[i]);
}
