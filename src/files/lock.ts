/** Locks that let one process at a time write somewhere. */

import { HAS_SYSTEM_LOCKS, isSystemError, type OpenFile, SYSTEM } from "./_system.ts";
import { dirname } from "../base/paths.ts";
import { ContractError } from "../errors.ts";
import { giveUpOwnership, hasOwner, ownerFile, takeOwnership } from "./_lock_owner.ts";
import { makeDirectory, pathKind, pathOf, removeFile } from "./file.ts";
import { isLink } from "./path_kind.ts";

/**
 * A file that this process has locked. The system releases the lock when the process ends, even by SIGKILL. Node and Bun
 * have no locks of the system: there a file beside it, `NAME.owner`, names the process, and is of no effect once that has ended.
 */
export interface FileLock {
  /**
   * Whether the file is still where it was locked. If a directory above it was moved away or replaced, it is not, and
   * the lock protects nothing there.
   */
  isInPlace(): Promise<boolean>;
  /** Releases the lock, and removes the file first if asked to. */
  release(options: { readonly remove: boolean }): Promise<void>;
}

/** How a lock is taken. */
export interface LockOptions {
  /** Called with warnings for the user; it is waited for. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** How often opening is tried again if other processes, which are about to end, remove the file in the meantime. */
const MOST_TRIES = 100;

/**
 * Creates a file, with the directories above it, and locks it.
 *
 * @param path Path of the file.
 * @param options `onWarning` is called if the file system has no locks.
 * @returns The lock; `undefined` if another process has it.
 * @throws {ContractError} If the file is a link or holds something, or is removed each time after it is made.
 */
export async function takeLock(
  path: string,
  { onWarning = () => {} }: LockOptions = {},
): Promise<FileLock | undefined> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    await makeDirectory(dirname(pathOf(path)));
    if (await isLink(path)) throw new ContractError(`Cannot lock ${path}: it is a link`);
    const file = await openLock(path);
    if (file === undefined) continue;
    let isTaken = false;
    try {
      isTaken = await tryLock(file, path, onWarning);
    } finally {
      if (!isTaken) file.close();
    }
    if (!isTaken) return undefined;
    // Its former owner may have removed it after it was opened here: other processes would then lock a new file.
    if (await isSameFile(file, path)) {
      await refuseContent(file, path);
      return lockOn(file, path);
    }
    await letGo(file, path);
  }
  throw new ContractError(`Cannot lock ${path}: it is removed again and again`);
}

/**
 * Refuses a file with content: a lock file is empty, so this file is the user's own, and would be removed in the end.
 */
async function refuseContent(file: OpenFile, path: string): Promise<void> {
  if ((await file.stat()).size === 0) return;
  await letGo(file, path);
  throw new ContractError(`Cannot lock ${path}: a file of that name is there and holds something`);
}

/** Tries to lock a file. On file systems without locks, as on some clusters, the work is done without one. */
async function tryLock(
  file: OpenFile,
  path: string,
  onWarning: (text: string) => void,
): Promise<boolean> {
  try {
    if (!HAS_SYSTEM_LOCKS) return await takeOwnership(path);
    // A process of Node, which has no locks of the system, may have it.
    return !await hasOwner(path) && await file.tryLock(true);
  } catch (error) {
    await onWarning(cannotLock(path, (error as Error).message));
    return true;
  }
}

function cannotLock(path: string, reason: string): string {
  return `${path} cannot be locked (${reason}): make sure that nothing else writes there`;
}

/** Closes a locked file, with which the system releases its lock; a lock that is not the system's is given up. */
async function letGo(file: OpenFile, path: string): Promise<void> {
  file.close();
  if (!HAS_SYSTEM_LOCKS) await giveUpOwnership(path);
}

/**
 * Whether a process holds a file's lock.
 *
 * @param options `otherwise` is the result if the file system has no locks.
 */
export async function isLocked(
  path: string,
  { otherwise = false }: { readonly otherwise?: boolean } = {},
): Promise<boolean> {
  using file = await SYSTEM.open(path, { write: true });
  if (await hasOwner(path)) return true;
  if (!HAS_SYSTEM_LOCKS) return await pathKind(ownerFile(path)) === undefined && otherwise;
  return await file.tryLock(true).then((taken) => !taken, () => otherwise);
}

function lockOn(file: OpenFile, path: string): FileLock {
  return {
    isInPlace: () => isSameFile(file, path),
    async release({ remove }) {
      // It is removed while still locked, so that no other process's lock is removed.
      try {
        if (remove && await isSameFile(file, path)) await removeFile(path);
      } finally {
        await letGo(file, path);
      }
    },
  };
}

/** Opens the file to lock; `undefined` if its directory was removed after it was made. */
async function openLock(path: string): Promise<OpenFile | undefined> {
  try {
    return await SYSTEM.open(path, { write: true, create: true });
  } catch (error) {
    if (isSystemError(error, "NotFound")) return undefined;
    throw error;
  }
}

/** The system's errors for a path that no longer leads anywhere. */
const GONE = ["NotFound", "NotADirectory"] as const;

/** Whether a path still names the file that was opened there. */
async function isSameFile(file: OpenFile, path: string): Promise<boolean> {
  try {
    const [own, there] = [await file.stat(), await SYSTEM.lstat(path)];
    return own.ino === there.ino && own.dev === there.dev;
  } catch (error) {
    if (isSystemError(error, ...GONE)) return false;
    throw error;
  }
}
