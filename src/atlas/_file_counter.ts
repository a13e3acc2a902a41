/** Counts one of Roadmap's files, reads it again if what arrived is damaged, and keeps it if asked to. */

import { GarbageWatch } from "../base/free.ts";
import { FormatError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { openFile, pathKind } from "../files/file.ts";
import { moveFile } from "../files/move_file.ts";
import type { Gene } from "../genome/gene.ts";
import { countAlignments, type ReadCounts } from "./count_alignments.ts";
import { download, downloadPath, finishDownload, removeDownload } from "./_download.ts";
import type { RoadmapFile } from "./roadmap_files.ts";

/** How often a file is read before it counts as damaged. */
const MOST_TRIES = 3;

/** How many bytes arrive from a server between two calls of the garbage collector. */
const COLLECT_EVERY_BYTES = 1 << 23;

/** How the files of a run are read. */
export interface FileReading {
  /** Directory of the outputs, below which files are kept at their paths in the tree. */
  readonly directory: string;
  /** Directory of files that are not whole yet. */
  readonly folder: string;
  /** Whether to keep the files. */
  readonly keep: boolean;
  /** Whether the files come from a server, so that reading one again may give other bytes. */
  readonly isRemote: boolean;
  /** Called with a warning and the name of the file that it is about. */
  readonly onWarning: (message: string, file: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** What is done with one file. */
export interface FileTask {
  /** Path of the file in the tree. */
  readonly path: string;
  /** The file as it was found. */
  readonly file: RoadmapFile;
  /** Looks for the file again, which may have changed. */
  readonly findAgain: () => Promise<RoadmapFile>;
  /** Called with the number of bytes that were read, less than before if the file is read again. */
  readonly onBytes: (read: number) => void;
}

/** What is done with an opened file. It calls `onBytes` with the number of bytes that it has read so far. */
export type UseSource<Result> = (
  source: ByteSource,
  onBytes: (read: number) => void,
) => Promise<Result>;

/** A file as it was when it was used, and what came of it. */
export interface FileUse<Result> {
  readonly file: RoadmapFile;
  readonly result: Result;
}

/**
 * Counts a file.
 *
 * @throws {FormatError} If the file is damaged, from a server if it is so each time.
 */
export async function countFile(
  task: FileTask,
  options: FileReading & { readonly genes: readonly Gene[] },
): Promise<FileUse<ReadCounts>> {
  const { genes, onWarning, signal, isRemote } = options;
  return await useFile(task, options, (source, onBytes) => {
    const garbage = new GarbageWatch(COLLECT_EVERY_BYTES);
    let last = 0;
    return countAlignments(source, {
      genes,
      onWarning: (message) => onWarning(message, source.name),
      onBytes(read) {
        signal?.throwIfAborted();
        onBytes(read);
        if (isRemote) garbage.add(read - last);
        last = read;
      },
    });
  });
}

/** Opens a file for `use`. If a file from a server turns out to be damaged, it is fetched again. */
export async function useFile<Result>(
  task: FileTask,
  options: FileReading,
  use: UseSource<Result>,
): Promise<FileUse<Result>> {
  let { file } = task;
  for (let tries = 1;; tries++) {
    try {
      // What an earlier run kept may be what is damaged.
      const mayBeKept = tries === 1;
      const result = await useFileOnce({ ...task, file }, { ...options, mayBeKept }, use);
      return { file, result };
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!(error instanceof FormatError) || !options.isRemote || tries === MOST_TRIES) throw error;
      options.onWarning(`${error.message}. It is read again`, file.name);
      task.onBytes(0);
      file = await task.findAgain();
    }
  }
}

async function useFileOnce<Result>(
  { path, file, onBytes }: FileTask,
  options: FileReading & { readonly mayBeKept: boolean },
  use: UseSource<Result>,
): Promise<Result> {
  const { directory, folder, keep, isRemote, mayBeKept, signal } = options;
  const kept = `${directory}/${path}`;
  const read = (source: ByteSource) => use(source, onBytes);
  if (isRemote && mayBeKept && await isKept({ path, file }, options)) {
    return await closeAfter(await openFile(kept), read);
  }
  if (!isRemote || !keep) return await closeAfter(await file.open(), read);
  const part = downloadPath(folder, path);
  const source = await download(file, part, { onBytes, signal });
  try {
    // The bytes were counted as they arrived.
    const result = await closeAfter(source, (source) => use(source, () => {}));
    await moveFile(part, kept);
    await finishDownload(part);
    return result;
  } catch (error) {
    if (error instanceof FormatError) await removeDownload(part);
    throw error;
  }
}

/** Whether an earlier run kept the file: it has this name only if it was whole and was read to its end. */
export async function isKept(
  { path, file }: Pick<FileTask, "path" | "file">,
  { directory }: Pick<FileReading, "directory">,
): Promise<boolean> {
  const kept = `${directory}/${path}`;
  if (await pathKind(kept) !== "file") return false;
  const source = await openFile(kept);
  source.close();
  return source.size === file.size;
}

async function closeAfter<Result>(
  source: ByteSource,
  use: (source: ByteSource) => Promise<Result>,
): Promise<Result> {
  try {
    return await use(source);
  } finally {
    source.close();
  }
}
