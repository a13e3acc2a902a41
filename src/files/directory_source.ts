/** Reads the files of a directory by their keys. */

import { SYSTEM } from "./_system.ts";
import { pathOf } from "./file.ts";
import { readWholeFile } from "./whole_file.ts";
import { NotFoundError } from "../errors.ts";

/** A directory whose files are read whole. */
export interface DirectorySource {
  /**
   * Reads a file.
   *
   * @param key Its path in the directory, which starts with `/`.
   * @returns Its content; `undefined` if the file is missing.
   * @throws {ContractError} If it is a pipe or a device.
   * @throws {FormatError} If it has more bytes than it may have.
   */
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/**
 * Opens a directory; nothing of it is kept open.
 *
 * @param path Its path.
 * @param mostBytesOf The most bytes that the file of a key may have.
 */
export function directorySource(
  path: string | URL,
  mostBytesOf: (key: string) => number,
): DirectorySource {
  const directory = pathOf(path);
  return {
    async get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
      try {
        const options = { isRegular: true, mostBytes: mostBytesOf(key) };
        return await readWholeFile(`${directory}${key}`, options);
      } catch (error) {
        if (error instanceof NotFoundError) return undefined;
        throw error;
      }
    },
  };
}

/** Lists the paths of all files in a directory and the directories below it, sorted; links are not followed. */
export async function listFilesBelow(directory: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const { name, isDirectory, isFile } of SYSTEM.readDir(directory)) {
    const path = `${directory}/${name}`;
    if (isDirectory) paths.push(...await listFilesBelow(path));
    else if (isFile) paths.push(path);
  }
  return paths.sort();
}
