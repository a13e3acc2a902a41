/** Writes a directory of files so that it appears whole or not at all. */

import { isSystemError, SYSTEM } from "./_system.ts";
import { basename, dirname } from "../base/paths.ts";
import { closeQuietly, describeFailures, writeAll } from "./_writing.ts";
import { directorySource } from "./directory_source.ts";
import { makeDirectory, pathKind, pathOf, syncDirectory, type WriteFileOptions } from "./file.ts";
import { isLocked } from "./lock.ts";

/** Takes the files of a directory that is being written. */
export interface DirectoryWriter {
  /**
   * Writes a file.
   *
   * @param key Its path in the directory, which starts with `/`; no file has it yet.
   * @param value Its content.
   * @throws {TypeError} If the key leads out of the directory.
   * @throws {WriteError} If the disk is full or must not be written to; the message has the directory's path.
   */
  set(key: string, value: Uint8Array<ArrayBuffer>): Promise<void>;
  /**
   * Writes a file in the place of one that was written.
   *
   * @param key Its path in the directory.
   * @param value Its content.
   * @throws {WriteError} As `set` does.
   */
  replace(key: string, value: Uint8Array<ArrayBuffer>): Promise<void>;
  /**
   * Reads a file that was written.
   *
   * @param key Its path in the directory.
   * @returns Its content; `undefined` if it was not written.
   */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** A file in a directory that is being written, locked by the process that writes it. */
const LOCK = ".writing";

/**
 * Writes a directory: its files go to a temporary directory beside it, are flushed to disk, and then the directory is
 * renamed. A directory that it replaces is moved aside before and removed afterwards; if the process is killed in
 * between, {@linkcode recoverDirectory} puts it back.
 *
 * @param path Path of the directory.
 * @param write Writes the files.
 * @param options What is called before the directory has its name.
 * @throws {WriteError} If the disk is full or must not be written to; the message has the path. Errors that the function
 * throws are passed on.
 */
export async function writeDirectoryAtomic(
  path: string,
  write: (directory: DirectoryWriter) => Promise<void>,
  { onWhole }: WriteFileOptions = {},
): Promise<void> {
  const attempt = describeFailures(path);
  const id = crypto.randomUUID().slice(0, 8);
  const temporary = `${path}.${id}.part`;
  await attempt(makeDirectory(dirname(pathOf(path))));
  await attempt(SYSTEM.mkdir(temporary));
  const lock = await attempt(SYSTEM.open(`${temporary}/${LOCK}`, { write: true, createNew: true }));
  try {
    // If the file system has no locks, the directory is written without one.
    await lock.tryLock(true).catch(() => false);
    const made = new Set<string>([temporary]);
    await write({
      set: (key, value) => attempt(writeFileIn(temporary, { key, value, made })),
      replace: (key, value) => attempt(writeFileIn(temporary, { key, value, made, isThere: true })),
      get: directorySource(temporary, () => Infinity).get,
    });
    await attempt(SYSTEM.remove(`${temporary}/${LOCK}`));
    for (const directory of made) await attempt(syncDirectory(directory));
    await onWhole?.(temporary);
    await attempt(replaceDirectory(path, { by: temporary, aside: `${path}.${id}.replaced` }));
    await attempt(syncDirectory(dirname(path)));
  } catch (error) {
    await SYSTEM.remove(temporary, { recursive: true }).catch(() => undefined);
    throw error;
  } finally {
    closeQuietly(lock);
  }
}

async function writeFileIn(
  directory: string,
  { key, value, made, isThere = false }: {
    readonly key: string;
    readonly value: Uint8Array<ArrayBuffer>;
    /** Whether the file was written before. */
    readonly isThere?: boolean;
    /** The directories that were made. */
    readonly made: Set<string>;
  },
): Promise<void> {
  const names = key.split("/").slice(1);
  if (!key.startsWith("/") || names.some((name) => /^\.{0,2}$|[\\\0]/.test(name))) {
    throw new TypeError(`key ${JSON.stringify(key)}, expected a path below /`);
  }
  const path = `${directory}${key}`;
  for (let parent = dirname(path); !made.has(parent); parent = dirname(parent)) {
    await SYSTEM.mkdir(parent, { recursive: true });
    made.add(parent);
  }
  using file = await SYSTEM.open(path, { write: true, createNew: !isThere, truncate: isThere });
  await writeAll(file, value);
  await file.sync();
}

async function replaceDirectory(
  path: string,
  { by, aside }: { readonly by: string; readonly aside: string },
): Promise<void> {
  if (await pathKind(path) === undefined) return await SYSTEM.rename(by, path);
  await SYSTEM.rename(path, aside);
  try {
    await SYSTEM.rename(by, path);
  } catch (error) {
    await SYSTEM.rename(aside, path);
    throw error;
  }
  // What was replaced is gone from its place: if it cannot be removed, the next command tries again.
  await SYSTEM.remove(aside, { recursive: true }).catch(() => undefined);
}

/**
 * Tidies up after processes that were killed while they wrote a directory: what they had started is removed, and a
 * directory that was moved aside is put back if its place is empty. Nothing is done to what another process is writing.
 *
 * @param path Path of the directory, which this process has locked.
 */
export async function recoverDirectory(path: string): Promise<void> {
  const parent = dirname(path);
  if (await pathKind(parent) !== "directory") return;
  for await (const { name, isDirectory } of SYSTEM.readDir(parent)) {
    const [, ending] = /\.[0-9a-f]{8}\.(part|replaced)$/.exec(name) ?? [];
    if (!isDirectory || ending === undefined) continue;
    if (name.slice(0, -`.12345678.${ending}`.length) !== basename(path)) continue;
    const leftover = `${parent}/${name}`;
    if (ending === "replaced" && await pathKind(path) === undefined) {
      await SYSTEM.rename(leftover, path);
    } else if (ending === "replaced" || !await isBeingWritten(leftover)) {
      await SYSTEM.remove(leftover, { recursive: true }).catch(() => undefined);
    }
  }
}

/** Whether a process still writes a temporary directory; it is believed to where locks cannot tell. */
async function isBeingWritten(directory: string): Promise<boolean> {
  try {
    return await isLocked(`${directory}/${LOCK}`, { otherwise: true });
  } catch (error) {
    // It was killed before it made the lock, or after it removed it.
    return !isSystemError(error, "NotFound");
  }
}
