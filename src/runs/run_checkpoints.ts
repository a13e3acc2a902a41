/** The checkpoints of a run and of its parts: opened to resume from and to write to, and cleared at the end. */

import { FormatError } from "../errors.ts";
import { removeIfEmpty } from "../files/directory.ts";
import { listDirectory, pathKind } from "../files/file.ts";
import { isLink } from "../files/path_kind.ts";
import { CheckpointFolder } from "../training/checkpoint_folder.ts";
import type { CheckpointOptions, FitCheckpoint } from "../training/fit_types.ts";

/** The checkpoints of a run, or of a part of one. */
export interface RunCheckpoints {
  /** Options for `fit` and its relatives: where to write checkpoints, and the one to resume from, if there is one. */
  readonly options: { readonly checkpoint: CheckpointOptions; readonly resume?: FitCheckpoint };
  /** Removes the checkpoints of what came to its end. */
  finish(): Promise<void>;
}

/** When checkpoints are taken. */
export interface CheckpointPace {
  /**
   * Minutes after which a checkpoint is taken within an epoch, too.
   *
   * @default checkpoints are taken only where epochs end
   */
  readonly checkpointMinutes?: number | undefined;
  /**
   * Whether a checkpoint is taken where each epoch ends.
   *
   * @default true
   */
  readonly atEpochs?: boolean | undefined;
}

/** How checkpoints are opened. */
export interface OpenCheckpointsOptions extends CheckpointPace {
  /** Whether the newest checkpoint is loaded. */
  readonly resume: boolean;
  /** Called before a checkpoint is written; it throws if nothing may be written any more. */
  readonly check: () => Promise<void>;
  /** Is told of damaged checkpoints. */
  readonly onWarning: (text: string) => void;
}

/**
 * Opens the checkpoints of a run or a part of one, and loads the one to resume from.
 *
 * @param path Their directory.
 */
export async function openCheckpoints(
  path: string,
  { resume, checkpointMinutes, atEpochs, check, onWarning }: OpenCheckpointsOptions,
): Promise<RunCheckpoints> {
  const folder = new CheckpointFolder(path);
  const found = resume ? await folder.load() : undefined;
  for (const { message } of found?.damaged ?? []) onWarning(message);
  const save = async (state: FitCheckpoint) => {
    await check();
    await folder.save(state);
  };
  const checkpoint: CheckpointOptions = {
    save,
    ...(checkpointMinutes !== undefined && { everyMinutes: checkpointMinutes }),
    ...(atEpochs !== undefined && { atEpochs }),
  };
  return {
    options: found === undefined ? { checkpoint } : { checkpoint, resume: found.checkpoint },
    finish: () => clearFolder(path),
  };
}

/** Opens the checkpoints of a part: if all that it has are damaged, the part starts over, and the other parts are kept. */
export async function openPart(
  path: string,
  options: OpenCheckpointsOptions,
): Promise<RunCheckpoints> {
  try {
    return await openCheckpoints(path, options);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    options.onWarning(`${error.message}; this part starts over`);
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
  // What a link leads to is not the run's.
  const isPart = await Promise.all(
    paths.map(async (part) => !await isLink(part) && await pathKind(part) === "directory"),
  );
  return paths.filter((_, i) => isPart[i]);
}
