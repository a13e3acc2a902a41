/** Descriptions of the files that a run read, by which a later command finds out whether they have changed. */

import { BUILTINS } from "../base/builtins.ts";
import { relative, resolve } from "../base/paths.ts";
import { freeArray } from "../base/free.ts";
import { withWatchedHooks } from "../base/watched_hook.ts";
import { listFilesBelow } from "../files/directory_source.ts";
import { openFile, pathKind } from "../files/file.ts";
import { isRegularFile } from "../files/path_kind.ts";
import { splitDataPaths } from "../data/data_paths.ts";
import { listSplitFiles } from "../io/deepchrome_csv.ts";
import { isZarrFolder } from "../io/zarr/folder.ts";
import type { Progress } from "../progress.ts";

/** A file, or a folder, that a run read. */
export interface InputFile {
  /** The path as the user gave it. */
  readonly path: string;
  /** The absolute path. */
  readonly absolutePath: string;
  /** The size in bytes; for a folder, the size of all its files together. */
  readonly bytes: number;
  /**
   * The SHA-256 of its bytes, in hexadecimal digits; for a folder, that of the names, sizes and digests of its files.
   */
  readonly sha256: string;
}

/** Files by their roles in the run: `data`, `test`, …. */
export type Inputs = Readonly<Record<string, InputFile>>;

/** The progress of digesting: bytes of the file under way. */
export interface DigestProgress extends Progress {
  /** Path of the file. */
  readonly file: string;
}

/** Options for digesting files. */
export interface DigestOptions {
  /** Called from time to time with the number of digested bytes of the file under way. */
  readonly onProgress?: ((progress: DigestProgress) => void) | undefined;
  /** Gives the work up: it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Digests the files that a run is about to read, so that a later command can find out whether they have changed. A path
 * that does not exist, or does not lead to a regular file, is left out: the reader of the file reports the error.
 *
 * @param paths Paths by role, such as `data`; those that are `undefined` are left out. A path may lead to a folder of
 * DeepChrome cell types.
 * @param options Where to report progress.
 * @returns Path, size and SHA-256 of each.
 *
 * @example The digest of a file
 * ```ts
 * import { describeInputs } from "@waka/histone/runs";
 * import { strictEqual } from "node:assert";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "abc");
 * const { data } = await describeInputs({ data: path });
 * strictEqual(data?.bytes, 3);
 * strictEqual(data?.sha256.slice(0, 8), "ba7816bf");
 * await Deno.remove(path);
 * ```
 */
export async function describeInputs(
  paths: Readonly<Record<string, string | undefined>>,
  options: DigestOptions = {},
): Promise<Inputs> {
  return await withWatchedHooks(options, async (watched) => {
    const inputs: Record<string, InputFile> = {};
    for (const [name, path] of Object.entries(paths)) {
      const found = path === undefined ? undefined : await describeInput(path, watched);
      if (found !== undefined) inputs[name] = found;
    }
    return inputs;
  });
}

/** Digests a file, or those files of a folder that are read as data; `undefined` if there is nothing to read. */
export async function describeInput(
  path: string,
  options: DigestOptions = {},
): Promise<InputFile | undefined> {
  const kind = await pathKind(path).catch(() => undefined);
  if (kind === undefined) return await describeSeveral(path, options);
  if (kind === "directory") {
    const files = await dataFilesIn(path);
    return files.length === 0 ? undefined : await describeFolder(path, files, options);
  }
  return await isRegularFile(path) ? await describeFile(path, options) : undefined;
}

/** Digests the files of a data set that is in several, as one; `undefined` if one of them is missing. */
async function describeSeveral(
  path: string,
  options: DigestOptions,
): Promise<InputFile | undefined> {
  const paths = await splitDataPaths(path);
  if (paths.length < 2) return undefined;
  const list = createHash();
  const files: InputFile[] = [];
  for (const one of paths) {
    const file = await describeInput(one, options);
    if (file === undefined) return undefined;
    list.update(`${file.bytes}\t${file.sha256}\n`);
    files.push(file);
  }
  return {
    path,
    absolutePath: files.map((file) => file.absolutePath).join(","),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    sha256: list.digest("hex"),
  };
}

async function describeFile(path: string, options: DigestOptions): Promise<InputFile> {
  const { bytes, sha256 } = await digestFile(path, options);
  return { path, absolutePath: resolve(path), bytes, sha256 };
}

/**
 * Digests files of a folder as one.
 *
 * @param path The folder.
 * @param files The files' paths, in an order that does not depend on the file system.
 */
export async function describeFolder(
  path: string,
  files: readonly string[],
  options: DigestOptions = {},
): Promise<InputFile> {
  const list = createHash();
  let total = 0;
  for (const file of files) {
    const name = relative(path, file).replaceAll("\\", "/");
    const { bytes, sha256 } = await digestFile(file, options);
    list.update(`${name}\t${bytes}\t${sha256}\n`);
    total += bytes;
  }
  return { path, absolutePath: resolve(path), bytes: total, sha256: list.digest("hex") };
}

/** Lists the files that are read of a folder of data: all of AnnData, or those of DeepChrome cell types. */
async function dataFilesIn(folder: string): Promise<string[]> {
  if (await isZarrFolder(folder)) return await listFilesBelow(folder);
  return (await listSplitFiles(folder, "train").catch(() => [])).map(String);
}

const PIECE_BYTES = 2 ** 20;

/** What digests bytes piece by piece. Where there are files there is this, too. */
function createHash(): import("node:crypto").Hash {
  return BUILTINS.getBuiltinModule!("node:crypto")!.createHash("sha256");
}

async function digestFile(
  path: string,
  { onProgress, signal }: DigestOptions,
): Promise<Pick<InputFile, "bytes" | "sha256">> {
  const file = await openFile(path);
  try {
    const { size } = file;
    const hash = createHash();
    for (let offset = 0; offset < size; offset += PIECE_BYTES) {
      signal?.throwIfAborted();
      const piece = await file.read(offset, Math.min(PIECE_BYTES, size - offset));
      hash.update(piece);
      freeArray(piece);
      const done = Math.min(offset + PIECE_BYTES, size);
      onProgress?.({ done, total: size, unit: "bytes", file: path });
    }
    return { bytes: size, sha256: hash.digest("hex") };
  } finally {
    file.close();
  }
}

/** Whether two descriptions have the same content, wherever the files are. */
export function isSameInput(a: InputFile, b: InputFile): boolean {
  return a.bytes === b.bytes && a.sha256 === b.sha256;
}

/** Formats size and digest in a few words. */
export function describeContent({ bytes, sha256 }: InputFile): string {
  return `${bytes.toLocaleString("en-US")} bytes, SHA-256 ${sha256.slice(0, 16)}…`;
}

/** Parses descriptions of files from JSON; `undefined` for runs that did not keep them, or if they are damaged. */
export function parseInputs(value: unknown): Inputs | undefined {
  if (value === null || typeof value !== "object") return undefined;
  const isInput = (file: InputFile | null) =>
    typeof file?.path === "string" && typeof file.absolutePath === "string" &&
    typeof file.bytes === "number" && typeof file.sha256 === "string";
  return Object.values(value).every(isInput) ? value as Inputs : undefined;
}
