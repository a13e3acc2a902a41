/** Event files for TensorBoard, written while a model trains. */

import { formatCountOf } from "../base/count.ts";
import { ContractError } from "../errors.ts";
import { checkDirectory, directoryEntries } from "../files/directory.ts";
import { listDirectory, pathKind } from "../files/file.ts";
import { appendToFile, removeFileNow } from "../files/sync_file.ts";
import { encodeFileVersion, encodeScalars, eventFileName } from "../training/tensorboard.ts";

/**
 * Appends scalars to a run's event file. The name of a run in TensorBoard is its directory: `fold1` below the log's
 * directory, or an empty string for the log's directory itself. A scalar that is `null` is left out.
 */
export type EventLog = (
  run: string,
  step: number,
  scalars: Readonly<Record<string, number | null>>,
) => void;

const EVENT_FILE = /^events\.out\.tfevents\./;

/** Matches the name of a file that a run of this package wrote. */
const OWN_FILE = /\.histone(?:-[0-9a-f]{12})?$/;

/** Which run writes event files, and what it may replace. */
export interface EventLogOptions {
  /** The run's id, as {@linkcode takeRun} gives it. */
  readonly id: string;
  /**
   * Whether the run is resumed. A resumed run replaces its own event files only.
   *
   * @default {false}
   */
  readonly resume?: boolean | undefined;
  /**
   * Whether to replace event files that other runs of this package wrote.
   *
   * @default {false}
   */
  readonly overwrite?: boolean | undefined;
  /** Called with a warning about event files that are kept. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/**
 * Prepares a directory for event files. Without a directory the log accepts scalars and writes nothing.
 *
 * Event files of other programs are kept. A resumed run reads the directory's path from its own files, which may come
 * from somebody else. Therefore it replaces only the event files whose names contain its own id.
 *
 * @param directory The directory, or `undefined` for no log.
 * @param options The run, and what it may replace.
 * @returns The log.
 * @throws {ContractError} If the directory holds event files and `overwrite` is off, since TensorBoard would draw both
 * runs as one curve.
 * @throws {WriteError} If the directory is not writable. Calls of the log throw it too.
 *
 * @example A loss for TensorBoard
 * ```ts
 * import { openEventLog } from "@waka/histone/runs";
 * import { match, strictEqual } from "node:assert";
 *
 * const directory = await Deno.makeTempDir();
 * const log = await openEventLog(directory, { id: "0123456789ab" });
 * log("", 1, { "loss/train": 3.26 });
 * const files = [...Deno.readDirSync(directory)].map(({ name }) => name);
 * strictEqual(files.length, 1);
 * match(files[0] ?? "", /^events\.out\.tfevents\..*histone-0123456789ab$/);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function openEventLog(
  directory: string | undefined,
  { id, resume = false, overwrite = false, onWarning = () => {} }: EventLogOptions,
): Promise<EventLog> {
  if (directory === undefined) return () => {};
  await checkDirectory(directory);
  const all = await listEventFiles(directory);
  const old = all.filter((path) => resume ? path.endsWith(`.${nameOf(id)}`) : OWN_FILE.test(path));
  if (!resume && all.length > 0 && !overwrite) {
    throw new ContractError(
      `Cannot write to ${directory}: it already holds event files, such as ${
        all[0]
      }, expected none`,
    );
  }
  if (old.length < all.length) {
    await onWarning(
      `${directory} also holds ${
        formatCountOf(all.length - old.length, "event file")
      } that this run did not write, which TensorBoard may draw as one curve with its own`,
    );
  }
  const files = new Map<string, string>();
  return (run, step, scalars) => {
    // Old files are removed only when there is something to replace them, not when a run fails before its first epoch.
    for (const path of old.splice(0)) removeFileNow(path);
    const path = files.get(run) ??
      beginEventFile(run === "" ? directory : `${directory}/${run}`, nameOf(id));
    files.set(run, path);
    const bytes = encodeScalars({ wallTime: now(), step, scalars: defined(scalars) });
    appendToFile(path, bytes, { create: true });
  };
}

/** The end of the names of a run's event files. */
function nameOf(id: string): string {
  return `histone-${id}`;
}

/** Lists the event files in a directory and in the runs directly below it, without following links. */
export async function listEventFiles(directory: string): Promise<string[]> {
  if (await pathKind(directory) !== "directory") return [];
  const files: string[] = [];
  for (const entry of await directoryEntries(directory)) {
    const path = `${directory}/${entry.name}`;
    if (!entry.isDirectory) files.push(path);
    else for (const name of await listDirectory(path)) files.push(`${path}/${name}`);
  }
  return files.filter((path) => EVENT_FILE.test(path.split("/").at(-1)!)).sort();
}

function beginEventFile(directory: string, name: string): string {
  const start = now();
  const path = `${directory}/${eventFileName(start, name)}`;
  appendToFile(path, encodeFileVersion(start), { create: true });
  return path;
}

function defined(scalars: Readonly<Record<string, number | null>>): Record<string, number> {
  const entries = Object.entries(scalars);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => entry[1] !== null),
  );
}

/** The present time in seconds since 1970. */
function now(): number {
  return Date.now() / 1000;
}
