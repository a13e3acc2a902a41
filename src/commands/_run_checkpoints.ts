/** The checkpoints of a run and of its parts: opened to go on from and to write to, and cleared at the end. */

import { FormatError } from "../errors.ts";
import { isLink, listDirectory, pathKind } from "../files/file.ts";
import { CheckpointFolder } from "../training/checkpoint_folder.ts";
import type { CheckpointOptions, FitCheckpoint } from "../training/fit_types.ts";
import type { ResumeFlags } from "./_checkpoints.ts";
import { explain } from "./_explain.ts";

/** Where a run, or a part of one, keeps its checkpoints. */
export interface RunCheckpoints {
  /** For `fit` and its relatives. */
  readonly options: { readonly checkpoint: CheckpointOptions; readonly resume?: FitCheckpoint };
  /** Removes the checkpoints of what came to its end. */
  finish(): Promise<void>;
}

/** How often checkpoints are taken, beside `--checkpoint-minutes`. */
export type Pace = Pick<CheckpointOptions, "atEpochs">;

/** A run directory that this process alone writes to. */
interface Owned extends AsyncDisposable {
  /** What stands for this run, however often it goes on, and for no other: letters and digits. */
  readonly id: string;
  /**
   * Throws if the directory is no longer the one that was taken; to be called before results are written.
   *
   * @throws {ContractError} If it was moved away or removed, or another was put in its place.
   */
  check(): Promise<void>;
}

/** One with one row of checkpoints. */
export interface OwnedRun extends RunCheckpoints, Owned {
  /** As that of {@linkcode OwnedParts}. */
  begin(): Promise<void>;
  /** Whether there is a checkpoint to go on from. */
  canGoOn(): Promise<boolean>;
}

/** The same for a run of several parts, such as one model after another, each with checkpoints of its own. */
export interface OwnedParts extends Owned {
  /**
   * Begins, or goes on: from here on `--resume` finds these flags. What an earlier run kept, and this one does not go on
   * from, is removed here and not before, so that a mistake in the flags costs nothing.
   */
  begin(): Promise<void>;
  /**
   * Opens the checkpoints of a part, and loads the one to go on from.
   *
   * @param name A file name that stands for this part alone.
   */
  open(name: string, pace?: Pace): Promise<RunCheckpoints>;
  /** All parts came to their end. */
  finish(): Promise<void>;
}

/**
 * Opens the checkpoints of a run or a part of one, and loads the one to go on from.
 *
 * @param path Their directory.
 * @param flags The run's.
 * @param check Called before each is written: see `Owned.check`.
 */
export async function openCheckpoints(
  path: string,
  { resume, checkpointMinutes, atEpochs }: ResumeFlags & Pace,
  check: () => Promise<void>,
): Promise<RunCheckpoints> {
  const folder = new CheckpointFolder(path);
  const found = resume === undefined ? undefined : await folder.load();
  for (const error of found?.damaged ?? []) console.error(`warning: ${explain(error)}`);
  const save = async (state: FitCheckpoint) => {
    await check();
    await folder.save(state);
  };
  return {
    options: {
      checkpoint: { save, everyMinutes: checkpointMinutes, atEpochs },
      resume: found?.checkpoint,
    },
    finish: () => clearFolder(path),
  };
}

/** Opens the checkpoints of a part: one that has none that is whole is begun anew, and the others are kept. */
export async function openPart(
  path: string,
  flags: ResumeFlags & Pace,
  check: () => Promise<void>,
): Promise<RunCheckpoints> {
  try {
    return await openCheckpoints(path, flags, check);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    console.error(`warning: ${error.message}; this part begins anew`);
    await clearFolder(path);
    return await openCheckpoints(path, flags, check);
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
  // Behind a link are files of something else.
  const isPart = await Promise.all(
    paths.map(async (part) => !await isLink(part) && await pathKind(part) === "directory"),
  );
  return paths.filter((_, i) => isPart[i]);
}

/** Removes a directory unless something is in it. */
export async function removeIfEmpty(directory: string): Promise<void> {
  await Deno.remove(directory).catch(() => undefined);
}
