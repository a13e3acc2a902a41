/** Downloads files that are to be kept. */

import { freeArray } from "../base/free.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { openFile, pathKind, removeFile, writeFileAtomic } from "../files/file.ts";
import { writeFileAt } from "../files/write_file_at.ts";
import { readWholeFile } from "../files/whole_file.ts";
import type { RoadmapFile } from "./roadmap_files.ts";

/** Bytes between two flushes to disk, each of which a resumed download need not fetch again. */
const PIECE_BYTES = 1 << 22;

/** The path at which a file of the tree is downloaded. */
export function downloadPath(folder: string, path: string): string {
  return `${folder}/${path.slice(path.lastIndexOf("/") + 1)}.download`;
}

/** Options of {@linkcode download}. */
export interface DownloadOptions {
  /** Called with the number of bytes that are there. */
  readonly onBytes: (read: number) => void;
  /** Ends the download; what is there stays, and the next call continues from it. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads a file to a path, or continues a download that was stopped. A note beside the file says of which version its
 * beginning is; that of another version is fetched again.
 *
 * @param file The file on the server.
 * @param path Where to write it.
 * @returns The whole file, opened.
 */
export async function download(
  file: RoadmapFile,
  path: string,
  { onBytes, signal }: DownloadOptions,
): Promise<ByteSource> {
  let offset = await lengthOfBeginning(file, path);
  if (offset < file.size) {
    const source = await file.open(offset);
    try {
      while (offset < file.size) {
        signal?.throwIfAborted();
        const length = Math.min(PIECE_BYTES, file.size - offset);
        const piece = await source.read(offset, length);
        await writeFileAt(path, offset, piece);
        if (source.readsAreCopies) freeArray(piece);
        onBytes(offset += length);
      }
    } finally {
      source.close();
    }
  }
  return await openFile(path);
}

/** Removes what was downloaded to a path. */
export async function removeDownload(path: string): Promise<void> {
  await removeFile(path);
  await removeFile(noteOf(path));
}

/** Removes the note beside a download that was moved to its place. */
export async function finishDownload(path: string): Promise<void> {
  await removeFile(noteOf(path));
}

function noteOf(path: string): string {
  return `${path}.from`;
}

/** How many bytes of this version of the file are there; what is there of another version is removed. */
async function lengthOfBeginning(file: RoadmapFile, path: string): Promise<number> {
  const wanted = JSON.stringify({ size: file.size, version: file.version });
  const note = noteOf(path);
  const found = await pathKind(note) === "file"
    ? new TextDecoder().decode(await readWholeFile(note))
    : undefined;
  if (found === wanted && await pathKind(path) === "file") {
    const beginning = await openFile(path);
    beginning.close();
    if (beginning.size <= file.size) return beginning.size;
  }
  await removeFile(path);
  await writeFileAtomic(note, wanted);
  return 0;
}
