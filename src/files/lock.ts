/** Locks by which one process at a time writes somewhere. */

import { dirname } from "node:path";
import { ContractError } from "../errors.ts";
import { makeDirectory, removeFile } from "./file.ts";
import { isLink } from "./path_kind.ts";

/** A file that this process alone has locked. The system gives the lock back when the process ends, even by SIGKILL. */
export interface FileLock {
  /**
   * Whether the file is still where it was locked. It is not if a directory above it was moved away or replaced: then
   * nothing protects what is written there.
   */
  isInPlace(): Promise<boolean>;
  /** Gives the lock back, and removes the file first if asked to. */
  release(options: { readonly remove: boolean }): Promise<void>;
}

/** How a lock is taken. */
export interface LockOptions {
  /** Is told what the user should know. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** How often a file is opened again that other processes, which are about to end, remove in the meantime. */
const MOST_TRIES = 100;

/**
 * Creates a file, with the directories above it, and locks it.
 *
 * @param path Path of the file.
 * @param options `onWarning` is told where the file system has no locks.
 * @returns `undefined` if another process has it.
 * @throws {ContractError} If the file is a link or holds something, or is removed every time that it is made.
 */
export async function takeLock(
  path: string,
  { onWarning = () => {} }: LockOptions = {},
): Promise<FileLock | undefined> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    await makeDirectory(dirname(path));
    if (await isLink(path)) throw new ContractError(`Cannot lock ${path}: it is a link`);
    const file = await openLock(path);
    if (file === undefined) continue;
    if (!await tryLock(file, (reason) => onWarning(cannotLock(path, reason)))) {
      file.close();
      return undefined;
    }
    // Whoever had it before may have removed it after it was opened here, and others would lock another file of that name.
    if (await isSameFile(file, path)) {
      await refuseContent(file, path);
      return lockOn(file, path);
    }
    file.close();
  }
  throw new ContractError(`Cannot lock ${path}: it is removed again and again`);
}

/** A lock is empty: a file that holds something is the user's own, and would be removed in the end. */
async function refuseContent(file: Deno.FsFile, path: string): Promise<void> {
  if ((await file.stat()).size === 0) return;
  file.close();
  throw new ContractError(`Cannot lock ${path}: a file of that name is there and holds something`);
}

/** Where a file system has no locks, as on some clusters, the work is done without. */
async function tryLock(
  file: Deno.FsFile,
  onFailure: (reason: string) => void,
): Promise<boolean> {
  try {
    return await file.tryLock(true);
  } catch (error) {
    onFailure((error as Error).message);
    return true;
  }
}

function cannotLock(path: string, reason: string): string {
  return `${path} cannot be locked (${reason}): make sure that nothing else writes there`;
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

/** Opens the file to lock; nothing if its directory was removed since it was made. */
async function openLock(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path, { write: true, create: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What the system says of a path that no longer leads anywhere. */
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
