/** Synchronous operations on files, for hooks that are not awaited: they happen in the order of the calls. */

import { SYSTEM } from "./_system.ts";
import { WriteError } from "../errors.ts";
import { directoryOf } from "./file.ts";

/**
 * Appends bytes to a file.
 *
 * @param path Path of the file.
 * @param bytes What to append.
 * @param options `create` makes the file and its directory if they do not exist; `flush` makes the bytes survive a
 * power cut.
 * @throws {WriteError} With the path, if the disk is full or may not be written.
 */
export function appendToFile(
  path: string,
  bytes: Uint8Array,
  { create = false, flush = false }: { readonly create?: boolean; readonly flush?: boolean } = {},
): void {
  try {
    const directory = directoryOf(path);
    if (create && directory !== "") SYSTEM.mkdirSync(directory, { recursive: true });
    using file = SYSTEM.openSync(path, { append: true, create });
    for (let written = 0; written < bytes.length;) {
      written += file.writeSync(bytes.subarray(written));
    }
    if (flush) file.syncDataSync();
  } catch (cause) {
    throw new WriteError(`Cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

/** Removes an existing file. */
export function removeFileNow(path: string): void {
  SYSTEM.removeSync(path);
}
