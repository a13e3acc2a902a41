/** Reads the files of a directory by their keys. */

import { type FileFacts, isSystemError, SYSTEM } from "./_system.ts";
import type { Bytes } from "../base/bytes.ts";
import { ContractError, NotFoundError } from "../errors.ts";
import { pathOf } from "./file.ts";
import type { ByteRange } from "./byte_source.ts";
import { readWholeFile } from "./whole_file.ts";

/** Some bytes of a file: those at a place, or the last ones. */
export type FileRange = ByteRange | { readonly suffixLength: number };

/** A directory whose files are read by their keys: paths in it, which start with `/`. */
export interface DirectorySource {
  /**
   * Reads a file.
   *
   * @param key Its path in the directory, which starts with `/`.
   * @returns Its content; `undefined` if the file is missing.
   * @throws {ContractError} If it is a pipe or a device.
   * @throws {FormatError} If it has more bytes than it may have.
   */
  get(key: string): Promise<Bytes | undefined>;
  /**
   * Reads some bytes of a file.
   *
   * @param key Its path.
   * @param range Which bytes.
   * @returns Those that there are: fewer if the file ends before; `undefined` if it is missing.
   * @throws {ContractError} If it is a directory, a pipe or a device.
   */
  getRange(key: string, range: FileRange): Promise<Bytes | undefined>;
  /** The same, while the caller's thread waits. */
  getRangeSync(key: string, range: FileRange): Bytes | undefined;
}

/**
 * Opens a directory; nothing of it is kept open.
 *
 * @param path Its path.
 * @param mostBytesOf The most bytes that the file of a key may have where it is read whole.
 */
export function directorySource(
  path: string | URL,
  mostBytesOf: (key: string) => number,
): DirectorySource {
  const directory = pathOf(path);
  return {
    get: (key) =>
      orMissing(() =>
        readWholeFile(`${directory}${key}`, { isRegular: true, mostBytes: mostBytesOf(key) })
      ),
    getRange: (key, range) => orMissing(() => readRange(`${directory}${key}`, range)),
    getRangeSync(key, range) {
      try {
        return readRangeSync(`${directory}${key}`, range);
      } catch (error) {
        if (isSystemError(error, "NotFound", "NotADirectory")) return undefined;
        throw error;
      }
    },
  };
}

/** What a function reads; `undefined` if the file is missing. */
async function orMissing(read: () => Promise<Bytes>): Promise<Bytes | undefined> {
  try {
    return await read();
  } catch (error) {
    const isMissing = error instanceof NotFoundError ||
      isSystemError(error, "NotFound", "NotADirectory");
    if (isMissing) return undefined;
    throw error;
  }
}

async function readRange(path: string, range: FileRange): Promise<Bytes> {
  const { start, bytes } = placeIn(path, await SYSTEM.stat(path), range);
  using file = await SYSTEM.open(path, { read: true });
  file.seekSync(start, SYSTEM.SeekMode.Start);
  let filled = 0;
  while (filled < bytes.length) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function readRangeSync(path: string, range: FileRange): Bytes {
  const { start, bytes } = placeIn(path, SYSTEM.statSync(path), range);
  using file = SYSTEM.openSync(path, { read: true });
  file.seekSync(start, SYSTEM.SeekMode.Start);
  let filled = 0;
  while (filled < bytes.length) {
    const count = file.readSync(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

/** Where a range begins, and room for as much of it as the file has. */
function placeIn(
  path: string,
  { isFile, size }: FileFacts,
  range: FileRange,
): { readonly start: number; readonly bytes: Bytes } {
  // Opening a pipe would wait for whoever writes to it.
  if (!isFile) throw new ContractError(`Cannot open ${path}: it is no file, expected a file`);
  const start = "suffixLength" in range ? Math.max(0, size - range.suffixLength) : range.offset;
  const length = "suffixLength" in range ? range.suffixLength : range.length;
  return { start, bytes: new Uint8Array(Math.max(0, Math.min(length, size - start))) };
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
