/** Directories: whether they can be written to, what is in them, and how they are made and removed. */

import { dirname } from "node:path";
import { ContractError, WriteError } from "../errors.ts";
import { makeDirectory, pathKind, removeFile, syncDirectory } from "./file.ts";

/**
 * Refuses a directory that no files can be written to. Nothing is created: a directory that is not there yet is judged
 * by the nearest one above it.
 *
 * @throws {ContractError} If it, or what should be a directory above it, is a file.
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
 * Creates something in a directory and removes it. It always has the same name, so that what a killed process leaves
 * between the two steps is removed by the next one.
 */
async function probe(directory: string): Promise<void> {
  const path = `${directory}/.histone-writes-here`;
  try {
    // Not a file: a link of that name would be followed.
    await Deno.mkdir(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    // It is another process's, or a killed one's, and we may not be allowed to remove it.
    await removeFile(path).catch(() => undefined);
    await Deno.remove(await Deno.makeTempDir({ dir: directory, prefix: ".histone-" }));
    return;
  }
  await removeFile(path);
}

/** What a path names; nothing if a part of it is a file. */
async function kindOf(path: string): Promise<"file" | "directory" | undefined> {
  try {
    return await pathKind(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotADirectory) return undefined;
    throw error;
  }
}

/**
 * Creates the first directory of a name, or of that name and a number, that is not there yet: processes that ask at the
 * same time get one each.
 *
 * @returns Its path.
 */
export async function claimDirectory(name: string): Promise<string> {
  await makeDirectory(dirname(name));
  for (let number = 1;; number++) {
    const directory = `${name}${number === 1 ? "" : `-${number}`}`;
    try {
      await Deno.mkdir(directory);
      await syncDirectory(dirname(name));
      return directory;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}

/** Something in a directory. */
export interface DirectoryEntry {
  readonly name: string;
  /** Whether it is a directory itself; a link to one is not. */
  readonly isDirectory: boolean;
}

/** What is in a directory, in order of names. */
export async function directoryEntries(path: string): Promise<DirectoryEntry[]> {
  const entries: DirectoryEntry[] = [];
  for await (const { name, isDirectory } of Deno.readDir(path)) entries.push({ name, isDirectory });
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Removes a directory unless something is in it, or it may not be removed. */
export async function removeIfEmpty(directory: string): Promise<void> {
  await Deno.remove(directory).catch(() => undefined);
}
