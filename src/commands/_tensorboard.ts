/** Event files for TensorBoard, written as training goes on. */

import { formatCountOf } from "../base/count.ts";
import { ContractError, WriteError } from "../errors.ts";
import { listDirectory, pathKind } from "../files/file.ts";
import { encodeFileVersion, encodeScalars, eventFileName } from "../training/tensorboard.ts";
import { checkDirectory } from "./_outputs.ts";

/**
 * Appends scalars to a run's event file. TensorBoard calls a run by its directory: `fold1` below that of
 * `--tensorboard`, or an empty text for that itself. A scalar that is `null` has no answer and is left out.
 */
export type EventLog = (
  run: string,
  step: number,
  scalars: Readonly<Record<string, number | null>>,
) => void;

const EVENT_FILE = /^events\.out\.tfevents\./;

/** One that a run of this package wrote. */
const OWN_FILE = /\.histone(?:-[0-9a-f]{12})?$/;

/** Flags that say where event files go. */
interface EventFlags {
  readonly tensorboard?: string;
  readonly overwrite: boolean;
  readonly resume?: string;
}

/**
 * Prepares the directory of `--tensorboard`. Without one the log takes scalars and writes nothing.
 *
 * Event files of other programs stay. A run that is resumed has the directory from its own files, which may be somebody
 * else's: of the event files there it replaces those alone that it wrote itself, which its id in their names tells.
 *
 * @param flags Those of the run.
 * @param id The run's id.
 * @throws {ContractError} If the directory holds event files and they are not to be overwritten: TensorBoard would
 * draw both runs as one curve.
 */
export async function openEventLog(
  { tensorboard: directory, overwrite, resume }: EventFlags,
  id: string,
): Promise<EventLog> {
  if (directory === undefined) return () => {};
  await checkDirectory(directory);
  const all = await eventFilesIn(directory);
  const old = all.filter((path) =>
    resume === undefined ? OWN_FILE.test(path) : path.endsWith(`.${nameOf(id)}`)
  );
  if (resume === undefined && all.length > 0 && !overwrite) {
    throw new ContractError(
      `Cannot write to ${directory}: it already holds event files, such as ${
        all[0]
      }. Name another ` +
        "--tensorboard, or add --overwrite",
    );
  }
  if (old.length < all.length) {
    console.error(
      `warning: ${directory} also holds ${
        formatCountOf(all.length - old.length, "event file")
      } that this run did not write, which TensorBoard may draw as one curve with its own`,
    );
  }
  const files = new Map<string, string>();
  return (run, step, scalars) => {
    // Old files go when there is something to put in their place, not when a run fails before its first epoch.
    for (const path of old.splice(0)) Deno.removeSync(path);
    const path = files.get(run) ??
      beginEventFile(run === "" ? directory : `${directory}/${run}`, nameOf(id));
    files.set(run, path);
    append(path, encodeScalars({ wallTime: now(), step, scalars: defined(scalars) }));
  };
}

/** What the event files of a run end in. */
function nameOf(id: string): string {
  return `histone-${id}`;
}

/** Event files of a directory and of the runs right below it, but for those behind links. */
async function eventFilesIn(directory: string): Promise<string[]> {
  if (await pathKind(directory) !== "directory") return [];
  const files: string[] = [];
  for (const entry of Deno.readDirSync(directory)) {
    const path = `${directory}/${entry.name}`;
    if (!entry.isDirectory) files.push(path);
    else for (const name of await listDirectory(path)) files.push(`${path}/${name}`);
  }
  return files.filter((path) => EVENT_FILE.test(path.split("/").at(-1)!)).sort();
}

function beginEventFile(directory: string, name: string): string {
  const start = now();
  Deno.mkdirSync(directory, { recursive: true });
  const path = `${directory}/${eventFileName(start, name)}`;
  append(path, encodeFileVersion(start));
  return path;
}

// Synchronous, so that records stand in the order of the epochs, which end in hooks that nobody waits for.
function append(path: string, bytes: Uint8Array): void {
  try {
    Deno.writeFileSync(path, bytes, { append: true });
  } catch (cause) {
    throw new WriteError(`Cannot write ${path}: ${(cause as Error).message}`, { cause });
  }
}

function defined(scalars: Readonly<Record<string, number | null>>): Record<string, number> {
  const entries = Object.entries(scalars);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => entry[1] !== null),
  );
}

/** Seconds since 1970. */
function now(): number {
  return Date.now() / 1000;
}
