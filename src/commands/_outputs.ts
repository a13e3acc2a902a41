/** Checks and locks the files that a command writes before its work, which may take hours. */

import { basename, dirname, resolve } from "node:path";
import type { Command } from "commander";
import { ContractError, WriteError } from "../errors.ts";
import { checkDirectory, removeIfEmpty } from "../files/directory.ts";
import {
  listDirectory,
  makeDirectory,
  pathKind,
  removeFile,
  writeFileAtomic,
  type WriteFileOptions,
} from "../files/file.ts";
import { isSpecial } from "../files/path_kind.ts";
import { isLocked, takeLock } from "../files/lock.ts";
import { UNFINISHED } from "../runs/run_files.ts";
import { failureToPrint } from "./_console.ts";
import { warn } from "./_warn.ts";

/** The name that stands for standard output where a command writes one file. */
export const STANDARD_OUTPUT = "-";

/** Which file {@linkcode checkOutput} lets a command replace. */
interface OutputOptions extends Partial<OverwriteFlag>, WriteFileOptions {
  /** The text with which all files of this command begin. Other files are replaced only with `--overwrite`. */
  readonly begins?: string;
  /**
   * The only path at which a file is replaced without `--overwrite`, since elsewhere a similar file may be the user's
   * own; `null` if no file is.
   *
   * @default {Any path}
   */
  readonly usual?: string | null;
  /**
   * The flag that names the path, for messages.
   *
   * @default {"--out"}
   */
  readonly flag?: string;
}

/**
 * Refuses a path that cannot be written, or whose present file does not look like one that the command wrote, and
 * removes the unfinished files that killed commands left beside it.
 *
 * @param path Path of the file.
 * @param options Which file may be replaced; any by default.
 * @returns Whether there is a file to replace.
 * @throws {ContractError} If the path is a directory, its directory is a file, or its file may not be replaced.
 * @throws {WriteError} If the system lets nothing be written there.
 */
export async function checkOutput(
  path: string,
  { begins = "", usual = path, overwrite = false, flag = "--out" }: OutputOptions = {},
): Promise<boolean> {
  await checkDirectory(dirname(path));
  const kind = await pathKind(path);
  if (kind === "directory") {
    throw new ContractError(`Cannot write to ${path}: it is a directory, expected a file`);
  }
  if (await isSpecial(path)) {
    throw new ContractError(
      `Cannot write to ${path}: it is a link, a device or a pipe, expected a file, or - for standard output`,
    );
  }
  if (kind === "file" && !overwrite && (usual === null || resolve(path) !== resolve(usual))) {
    throw new ContractError(
      `Cannot write to ${path}: it is there already. Name another ${flag}, or add --overwrite`,
    );
  }
  if (kind === "file" && !overwrite && !await beginsWith(path, begins)) {
    throw new ContractError(
      `Cannot write to ${path}: a file of another kind is there already. Name another ${flag}`,
    );
  }
  await removeUnfinished(path);
  return kind === "file";
}

/** The one file or folder that a command writes; no other process writes it meanwhile. */
export interface OutputOf<Target> extends AsyncDisposable {
  /** The line that says what was written. */
  readonly done: string;
  /** Writes it, whole or not at all; standard output is written piece by piece. */
  readonly write: (content: (target: Target) => Promise<void>) => Promise<void>;
}

/** The one file that a command writes. */
export interface Output extends OutputOf<WritableStream<Uint8Array>> {
  /** Writes the file, whole or not at all; standard output is written piece by piece. */
  readonly write: (content: Content) => Promise<void>;
}

type Content = Parameters<typeof writeFileAtomic>[1];

/**
 * Opens the file that a command writes when its work is done, or standard output.
 *
 * @param path Path of the file, or `-`.
 * @param options Which file may be replaced; see {@linkcode checkOutput}.
 * @throws {ContractError} As {@linkcode checkOutput} and {@linkcode lockOutput} do.
 */
export async function openOutput(path: string, options: OutputOptions = {}): Promise<Output> {
  if (path === STANDARD_OUTPUT) {
    return {
      done: "Written to standard output",
      write: writeToStandardOutput,
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  }
  return await openLocked(path, {
    check: () => checkOutput(path, options),
    write: (content: Content) => writeFileAtomic(path, content, options),
  });
}

/**
 * Locks a path, and then checks what is there, so that no other command changes it before this one has written.
 *
 * @param path Path of the file or folder.
 * @param options What refuses the path, or says whether something is there to replace; and what writes there.
 * @throws {ContractError} As `check` and {@linkcode lockOutput} do.
 */
export async function openLocked<Content>(
  path: string,
  { check, write }: {
    readonly check: () => Promise<boolean>;
    readonly write: (content: Content) => Promise<void>;
  },
): Promise<AsyncDisposable & { readonly done: string; readonly write: typeof write }> {
  const lock = await lockOutput(path);
  const release = () => lock[Symbol.asyncDispose]();
  try {
    const done = `${await check() ? "Replaced" : "Written"}: ${path}`;
    return { done, write, [Symbol.asyncDispose]: release };
  } catch (error) {
    await release();
    throw error;
  }
}

async function writeToStandardOutput(content: Content): Promise<void> {
  const write = async (bytes: Uint8Array) => {
    try {
      for (let written = 0; written < bytes.length;) {
        written += await Deno.stdout.write(bytes.subarray(written));
      }
    } catch (cause) {
      throw failureToPrint(cause);
    }
  };
  if (typeof content === "function") await content(new WritableStream({ write }), refuseToSeek);
  else await write(typeof content === "string" ? new TextEncoder().encode(content) : content);
}

function refuseToSeek(): Promise<never> {
  return Promise.reject(
    new ContractError("Cannot write to standard output: this format needs a file, expected a path"),
  );
}

/**
 * Locks a file that will be written, so that no other process can lock it while this one lives. The lock is a file
 * beside it, which is removed in the end.
 *
 * @param path Path of the file. Its directory is created, and removed again if nothing was written there.
 * @throws {ContractError} If another process has locked it, or no file can have this path.
 * @throws {WriteError} If the system lets nothing be written there.
 */
export async function lockOutput(path: string): Promise<AsyncDisposable> {
  if (/[/\\]$/.test(path)) {
    throw new ContractError(`Cannot write to ${path}: it names a directory, expected a file`);
  }
  const directory = dirname(path);
  await checkDirectory(directory);
  const isNew = await pathKind(directory) === undefined;
  await makeDirectory(directory);
  // A directory that holds something is kept.
  const leave = async () => {
    if (isNew) await removeIfEmpty(directory);
  };
  const name = `${path}.lock`;
  const lock = await takeLock(name, { onWarning: warn }).catch(async (cause) => {
    await leave();
    throw new WriteError(`Cannot write to ${path}: ${cause.message}`, { cause });
  });
  if (lock === undefined) {
    throw new ContractError(`Cannot write to ${path}: another command is writing it`);
  }
  return {
    async [Symbol.asyncDispose]() {
      await lock.release({ remove: true });
      await leave();
    },
  };
}

/** The flag of commands that write one file. */
export interface OverwriteFlag {
  /** Whether a file that exists is replaced, whatever it is. */
  readonly overwrite: boolean;
}

/** Declares `--overwrite`, without which only the command's usual file is replaced. */
export function declareOverwrite(command: Command): Command {
  return command.option("--overwrite", "replace the file that --out names, whatever it is", false);
}

/** Whether a file begins with a text, or is empty. */
export async function beginsWith(path: string, text: string): Promise<boolean> {
  const wanted = new TextEncoder().encode(text);
  using file = await Deno.open(path);
  const found = new Uint8Array(wanted.length);
  const length = await file.read(found);
  return length === null || found.every((byte, i) => byte === wanted[i]);
}

/** Removes temporary files beside a file that no process has locked any more. */
async function removeUnfinished(path: string): Promise<void> {
  await removeUnfinishedIn(dirname(path), (name) => name === basename(path));
}

/**
 * Removes the unfinished files that killed commands left in a directory, if there is one.
 *
 * @param directory The directory.
 * @param isOurs Whether a file of this name is the command's own.
 */
export async function removeUnfinishedIn(
  directory: string,
  isOurs: (name: string) => boolean,
): Promise<void> {
  if (await pathKind(directory) === undefined) return;
  const names = (await listDirectory(directory)).filter((name) =>
    UNFINISHED.test(name) && isOurs(name.replace(UNFINISHED, ""))
  );
  for (const name of names) {
    const leftover = `${directory}/${name}`;
    // A file that may be locked is left alone; one that we may not remove is harmless.
    const isFree = await isLocked(leftover, { otherwise: true }).then(
      (locked) => !locked,
      () => false,
    );
    if (isFree) await removeFile(leftover).catch(() => undefined);
  }
}
