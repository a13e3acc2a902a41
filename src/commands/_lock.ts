/** Locks by which one process at a time writes somewhere. */

import { dirname } from "node:path";
import { ContractError } from "../errors.ts";
import { isLink, makeDirectory, removeFile } from "../files/file.ts";

/** A file that this process alone has locked. The system gives the lock back when the process ends, by SIGKILL too. */
export interface FileLock {
  /**
   * Whether the file is still where it was locked. It is not if a directory above it was moved away or another was put
   * in its place: what is written there then is not protected.
   */
  isInPlace(): Promise<boolean>;
  /** Gives the lock back, and removes the file first if asked to. */
  release(options: { readonly remove: boolean }): Promise<void>;
}

/** How often a file is opened that others, who are about to end, remove meanwhile. */
const MOST_TRIES = 100;

/**
 * Creates a file, with the directories above it, and locks it.
 *
 * @returns `undefined` if another process has it.
 * @throws {ContractError} If the file is a link, or it is gone as often as it is made.
 */
export async function takeLock(path: string): Promise<FileLock | undefined> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    await makeDirectory(dirname(path));
    if (await isLink(path)) throw new ContractError(`Cannot lock ${path}: it is a link`);
    const file = await openLock(path);
    if (file === undefined) continue;
    if (!await tryLock(file, path)) {
      file.close();
      return undefined;
    }
    // Whoever had it before may have removed it after it was opened here, and others then lock another of that name.
    if (await isSameFile(file, path)) {
      await refuseContent(file, path);
      return lockOn(file, path);
    }
    file.close();
  }
  throw new ContractError(`Cannot lock ${path}: it is removed again and again`);
}

/** A lock is empty: what holds something is the user's own, and would be removed in the end. */
async function refuseContent(file: Deno.FsFile, path: string): Promise<void> {
  if ((await file.stat()).size === 0) return;
  file.close();
  throw new ContractError(`Cannot lock ${path}: a file of that name is there and holds something`);
}

/** Where a file system has no locks, as on some clusters, work goes on without. */
async function tryLock(file: Deno.FsFile, path: string): Promise<boolean> {
  try {
    return await file.tryLock(true);
  } catch (error) {
    console.error(
      `warning: ${path} cannot be locked (${
        (error as Error).message
      }): make sure that nothing else writes there`,
    );
    return true;
  }
}

/**
 * Whether a process holds a file's lock.
 *
 * @param options `otherwise` is the answer where the file system has no locks.
 */
export async function isLocked(
  path: string,
  { otherwise = false }: { readonly otherwise?: boolean } = {},
): Promise<boolean> {
  using file = await Deno.open(path, { write: true });
  return await file.tryLock(true).then((taken) => !taken, () => otherwise);
}

function lockOn(file: Deno.FsFile, path: string): FileLock {
  return {
    isInPlace: () => isSameFile(file, path),
    async release({ remove }) {
      // Removed while it is still locked, so that nobody else's lock is.
      try {
        if (remove && await isSameFile(file, path)) await removeFile(path);
      } finally {
        file.close();
      }
    },
  };
}

/** Nothing if the directory was removed since it was made. */
async function openLock(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path, { write: true, create: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What the system says of a path that leads nowhere any more. */
const GONE = [Deno.errors.NotFound, Deno.errors.NotADirectory];

/** Whether a path still names the file that was opened there. */
async function isSameFile(file: Deno.FsFile, path: string): Promise<boolean> {
  try {
    const [own, there] = [await file.stat(), await Deno.lstat(path)];
    return own.ino === there.ino && own.dev === there.dev;
  } catch (error) {
    if (GONE.some((kind) => error instanceof kind)) return false;
    throw error;
  }
}
