/** Checks, lists, makes and removes directories. */

import { isSystemError, SYSTEM } from "./_system.ts";
import { dirname } from "../base/paths.ts";
import { ContractError, WriteError } from "../errors.ts";
import { makeDirectory, pathKind, removeFile, syncDirectory } from "./file.ts";

/**
 * Refuses a directory that is not writable. Nothing is left there: a directory that does not exist yet is judged by its
 * nearest existing parent.
 *
 * @throws {ContractError} If it, or one of its parents, is a file.
 * @throws {WriteError} If the system lets nothing be written there.
 */
export async function checkDirectory(directory: string): Promise<void> {
  let nearest = directory;
  let kind = await kindOf(nearest);
  for (; kind === undefined; kind = await kindOf(nearest)) nearest = dirname(nearest);
  if (kind === "file") {
    const what = nearest === directory ? "it" : nearest;
    throw new ContractError(
      `Cannot write to ${directory}: ${what} is a file, expected a directory`,
    );
  }
  try {
    await probe(nearest);
  } catch (cause) {
    throw new WriteError(`Cannot write to ${directory}: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Creates a directory in a directory and removes it. The name is always the same, so that the next process removes it
 * if one is killed in between.
 */
async function probe(directory: string): Promise<void> {
  const path = `${directory}/.histone-writes-here`;
  try {
    // This is not a file, since a link of that name would be followed.
    await SYSTEM.mkdir(path);
  } catch (error) {
    if (!isSystemError(error, "AlreadyExists")) throw error;
    // Another process, perhaps a killed one, made it, and we may not be allowed to remove it.
    await removeFile(path).catch(() => undefined);
    await SYSTEM.remove(await SYSTEM.makeTempDir({ dir: directory, prefix: ".histone-" }));
    return;
  }
  await removeFile(path);
}

/** The kind of what a path names; `undefined` if nothing, or if a part of the path is a file. */
async function kindOf(path: string): Promise<"file" | "directory" | undefined> {
  try {
    return await pathKind(path);
  } catch (error) {
    if (isSystemError(error, "NotADirectory")) return undefined;
    throw error;
  }
}

/**
 * Creates a directory with the given name or, if that exists, with the name and the first free number. Processes that
 * ask at the same time get different directories.
 *
 * @returns The directory's path.
 */
export async function claimDirectory(name: string): Promise<string> {
  await makeDirectory(dirname(name));
  for (let number = 1;; number++) {
    const directory = `${name}${number === 1 ? "" : `-${number}`}`;
    try {
      await SYSTEM.mkdir(directory);
      await syncDirectory(dirname(name));
      return directory;
    } catch (error) {
      if (!isSystemError(error, "AlreadyExists")) throw error;
    }
  }
}

/** An entry of a directory. */
export interface DirectoryEntry {
  readonly name: string;
  /** Whether it is a directory itself; a link to one is not. */
  readonly isDirectory: boolean;
}

/** Lists the entries of a directory, sorted by name. */
export async function directoryEntries(path: string): Promise<DirectoryEntry[]> {
  const entries: DirectoryEntry[] = [];
  for await (const { name, isDirectory } of SYSTEM.readDir(path)) {
    entries.push({ name, isDirectory });
  }
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Removes a directory if it is empty and may be removed. */
export async function removeIfEmpty(directory: string): Promise<void> {
  await SYSTEM.remove(directory).catch(() => undefined);
}
