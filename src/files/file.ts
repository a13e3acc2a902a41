/**
 * Files on disk. Outside the commands, only the modules of this folder name `Deno`, and none but `_system.ts` uses it.
 *
 * @module
 */

import { type FileFacts, isSystemError, SYSTEM } from "./_system.ts";
import { ContractError } from "../errors.ts";
import { closeQuietly, describeFailures, permissionsOf, writeAll } from "./_writing.ts";
import { type ByteSource, checkRange } from "./byte_source.ts";
import { changedError } from "./_changed_error.ts";
import type { WriteAt } from "./patchable_sink.ts";
import { refuseMissing } from "./_not_found.ts";
import { isAddress, showAddress } from "./http_address.ts";
import { isUrl } from "../base/kinds.ts";
import { showValue } from "../base/show_value.ts";

/**
 * Converts a path or a `file:` URL to a path.
 *
 * @throws {TypeError} If it is an address, or a URL of another scheme, or no text; if it is empty, since a file in an empty
 * folder would be one in the root.
 */
export function pathOf(path: string | URL): string {
  if (typeof path === "string" && path !== "" && !isAddress(path) && !isFileUrl(path)) return path;
  if (!isUrl(path) || path.protocol !== "file:") {
    const isPlace = typeof path === "string" || isUrl(path);
    const isText = !isPlace || path === "" || isFileUrl(path);
    const found = isText ? showValue(path) : showAddress(path);
    throw new TypeError(
      `Cannot use ${found}: expected a path or a file: URL` +
        (isFileUrl(path) ? ", which is an object: new URL of this text" : ""),
    );
  }
  const decoded = decodeURIComponent(path.pathname);
  return SYSTEM.build.os === "windows" ? decoded.replace(/^\/(?=[A-Za-z]:)/, "") : decoded;
}

/** Whether a value is the text of a `file:` URL, which would name a folder `file:`. */
function isFileUrl(path: unknown): boolean {
  return typeof path === "string" && /^file:\/\//i.test(path);
}

/** The part of a path before the file's name, with the separator at its end; empty for a name alone. */
export function directoryOf(path: string): string {
  return path.replace(SYSTEM.build.os === "windows" ? /[^/\\]*$/ : /[^/]*$/, "");
}

/**
 * Opens a file for random access. Its reads throw a `FormatError` once the file was changed in place, since bytes read
 * before and after would not belong together. If another file replaces it, the old content is still read.
 *
 * @param path Path of a regular file.
 * @returns The file, to be closed.
 * @throws {NotFoundError} If there is no file of that name.
 * @throws {ContractError} If it is a directory or a pipe.
 *
 * @example
 * ```ts
 * import { openFile, writeFileAtomic } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * const directory = await Deno.makeTempDir();
 * await writeFileAtomic(`${directory}/a.txt`, "histone");
 * const file = await openFile(`${directory}/a.txt`);
 * strictEqual(new TextDecoder().decode(await file.read(0, 4)), "hist");
 * file.close();
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function openFile(path: string | URL): Promise<ByteSource> {
  const name = String(path);
  const { isFifo, isDirectory } = await SYSTEM.stat(path).catch(refuseMissing(path));
  // Opening a pipe would wait for whoever writes to it, and not even Ctrl-C would end that.
  if (isFifo || isDirectory) {
    const expected = isFifo ? "a file, of which parts can be read" : "a file";
    const found = isFifo ? "a pipe" : "a directory";
    throw new ContractError(`Cannot open ${name}: it is ${found}, expected ${expected}`);
  }
  const file = await SYSTEM.open(path, { read: true }).catch(refuseMissing(path));
  const opened = await file.stat();
  const { size } = opened;
  // All reads share one file position, so they take turns.
  let last: Promise<unknown> | undefined;
  const fillFrom = async (offset: number, bytes: Uint8Array<ArrayBuffer>): Promise<void> => {
    const { length } = bytes;
    // Moving the position touches no disk, so that another thread would take longer to do it.
    file.seekSync(offset, SYSTEM.SeekMode.Start);
    for (let filled = 0; filled < length;) {
      const count = await file.read(bytes.subarray(filled));
      if (count === null) throw changedError(name);
      filled += count;
    }
    if (wasChanged(opened, file.statSync())) throw changedError(name);
  };
  const readInto = async (offset: number, target: Uint8Array<ArrayBuffer>): Promise<void> => {
    checkRange({ name, size }, { offset, length: target.length });
    const fill = () => fillFrom(offset, target);
    // Started now, unless others are before it: whoever reads ahead computes next, and lets nothing begin until that is done.
    const turn = last === undefined ? fill() : last.then(fill);
    const ended = last = turn.catch(() => undefined);
    await ended;
    if (last === ended) last = undefined;
    await turn;
  };
  return {
    name,
    size,
    readsAreCopies: true,
    identity: {
      path: pathOf(path),
      size,
      modifiedMs: opened.mtime?.getTime(),
      inode: opened.ino ?? undefined,
    },
    async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
      // Before an array is made, which may be far too long.
      checkRange({ name, size }, { offset, length });
      const bytes = new Uint8Array(length);
      await readInto(offset, bytes);
      return bytes;
    },
    readInto,
    close(): void {
      file.close();
    },
  };
}

/** Some systems do not report the time of the last change, but all report the length. */
function wasChanged(before: FileFacts, now: FileFacts): boolean {
  return now.size !== before.size || now.mtime?.getTime() !== before.mtime?.getTime();
}

/** The kind of thing that a path names, or `undefined` if it names nothing, such as something below a file. */
export async function pathKind(path: string | URL): Promise<"file" | "directory" | undefined> {
  try {
    return (await SYSTEM.stat(path)).isDirectory ? "directory" : "file";
  } catch (error) {
    if (isSystemError(error, "NotFound", "NotADirectory")) return undefined;
    throw error;
  }
}

/** Returns the length of a file in bytes. */
export async function fileSize(path: string): Promise<number> {
  return (await SYSTEM.stat(path).catch(refuseMissing(path))).size;
}

/** Returns when a file was last changed. */
export async function modificationTime(path: string | URL): Promise<Date> {
  const { mtime } = await SYSTEM.stat(path).catch(refuseMissing(path));
  if (mtime === null) {
    throw new RangeError(
      `Cannot read when ${path} was changed: the file system does not record it`,
    );
  }
  return mtime;
}

/** Resolves the symbolic links in a path: the result is the same for all paths that lead to a file. */
export async function realPath(path: string): Promise<string> {
  return await SYSTEM.realPath(path);
}

/** Lists the names in a directory, sorted. */
export async function listDirectory(path: string | URL): Promise<string[]> {
  const names: string[] = [];
  const list = async () => {
    for await (const { name } of SYSTEM.readDir(path)) names.push(name);
  };
  await list().catch(refuseMissing(path));
  return names.sort();
}

/** Removes a file if it exists. */
export async function removeFile(path: string): Promise<void> {
  await SYSTEM.remove(path).catch((error) => {
    if (!isSystemError(error, "NotFound")) throw error;
  });
}

/** Creates a directory and its parents where they do not exist, and flushes them so that they survive a power cut. */
export async function makeDirectory(path: string): Promise<void> {
  const missing = await missingDirectories(path);
  await SYSTEM.mkdir(path, { recursive: true });
  for (const made of missing) await syncDirectory(directoryOf(made));
}

/** Lists the directories of a path, itself included, that do not exist yet. */
async function missingDirectories(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let rest = path; rest !== "";) {
    const trimmed = rest.replace(/(?<=.)[/\\]+$/, "");
    // If the path cannot be examined, mkdir says why.
    if (await pathKind(trimmed).catch(() => "unknown") !== undefined) break;
    missing.push(trimmed);
    rest = directoryOf(trimmed);
  }
  return missing;
}

/** The errors of file systems that cannot flush a directory, on Linux and macOS, as Deno and as Node word them. */
const UNSUPPORTED_OPERATION = /\(os error (22|95|45|38|78)\)|^(EINVAL|ENOTSUP|EOPNOTSUPP|ENOSYS)\b/;

/**
 * Flushes the names in a directory to disk: without this, a power cut could undo a renaming that was reported as done.
 *
 * @param path Path of the directory; empty for the current one.
 */
export async function syncDirectory(path: string): Promise<void> {
  // Windows cannot flush a directory.
  if (SYSTEM.build.os === "windows") return;
  const name = path === "" ? "." : path;
  // A directory that may be written to but not read cannot be opened, and so cannot be flushed.
  const directory = await SYSTEM.open(name, { read: true }).catch(() => undefined);
  if (directory === undefined) return;
  try {
    await directory.sync();
  } catch (error) {
    if (!UNSUPPORTED_OPERATION.test((error as Error).message)) throw error;
  } finally {
    directory.close();
  }
}

/** Options of {@linkcode writeFileAtomic}. */
export interface WriteFileOptions {
  /**
   * Called with the path of the temporary file once all is in it, immediately before it is renamed.
   *
   * @default {Nothing is called}
   */
  readonly onWhole?: ((temporary: string) => Promise<void>) | undefined;
}

/**
 * Writes a file so that it appears whole or not at all: a temporary file beside it is written, flushed to disk and then
 * renamed. On any error the temporary file is removed, and an older file of that name is left unchanged. Once the
 * promise is fulfilled, the file survives a power cut if the system guarantees that.
 *
 * @param path Path of the file to write; its directory is created.
 * @param content The content, or a function that writes it to a stream, which it may close. Once all that it wrote is
 * through, it may replace bytes at an offset, such as a header that counts what followed.
 * @param options What is called before the file has its name.
 * @throws {WriteError} If the disk is full or must not be written to; the message has the path. Errors that the
 * function throws are passed on.
 *
 * @example
 * ```ts
 * import { writeFileAtomic } from "@waka/histone/io";
 * import { deepStrictEqual, rejects } from "node:assert";
 *
 * const directory = await Deno.makeTempDir();
 * const fail = () => Promise.reject(new Error("no more data"));
 * await rejects(writeFileAtomic(`${directory}/a.txt`, fail), /no more data/);
 * deepStrictEqual([...Deno.readDirSync(directory)], []);
 * await Deno.remove(directory);
 * ```
 */
export async function writeFileAtomic(
  path: string,
  content:
    | string
    | Uint8Array<ArrayBuffer>
    | ((sink: WritableStream<Uint8Array>, writeAt: WriteAt) => Promise<void>),
  { onWhole }: WriteFileOptions = {},
): Promise<void> {
  const attempt = describeFailures(path);
  const directory = directoryOf(pathOf(path));
  if (directory !== "") await attempt(makeDirectory(directory));
  const temporary = `${path}.${crypto.randomUUID().slice(0, 8)}.part`;
  const options = { write: true, createNew: true, ...await permissionsOf(path) };
  const file = await attempt(SYSTEM.open(temporary, options));
  // The lock shows other processes that the temporary file is still in use, until this process ends for any reason. If
  // the file system has no locks, the file is written without one.
  await file.tryLock(true).catch(() => false);
  const write = (bytes: Uint8Array) => attempt(writeAll(file, bytes));
  try {
    if (typeof content === "function") {
      const writeAt: WriteAt = async (offset, bytes) => {
        await attempt(file.seek(offset, SYSTEM.SeekMode.Start));
        await write(bytes);
        await attempt(file.seek(0, SYSTEM.SeekMode.End));
      };
      await content(new WritableStream({ write }), writeAt);
    } else {
      await write(typeof content === "string" ? new TextEncoder().encode(content) : content);
    }
    await attempt(file.sync());
    await onWhole?.(temporary);
    file.close();
    await attempt(SYSTEM.rename(temporary, path));
    await attempt(syncDirectory(directory));
  } catch (error) {
    closeQuietly(file);
    await SYSTEM.remove(temporary).catch(() => undefined);
    throw error;
  }
}
