/** Event files for TensorBoard, written as training goes on. */

import { ContractError, WriteError } from "../src/errors.ts";
import { listDirectory, pathKind } from "../src/io/file.ts";
import { encodeFileVersion, encodeScalars, eventFileName } from "../src/training/tensorboard.ts";
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

/**
 * Prepares the directory of `--tensorboard`. Without one the log takes scalars and writes nothing.
 *
 * @throws {ContractError} If the directory holds event files and they are not to be overwritten: TensorBoard would
 * draw both runs as one curve.
 */
export async function openEventLog(
  directory: string | undefined,
  overwrite: boolean,
): Promise<EventLog> {
  if (directory === undefined) return () => {};
  await checkDirectory(directory);
  const old = await eventFilesIn(directory);
  if (old.length > 0 && !overwrite) {
    throw new ContractError(
      `Cannot write to ${directory}: it already holds event files, such as ${
        old[0]
      }. Name another ` +
        "--tensorboard, or add --overwrite",
    );
  }
  const files = new Map<string, string>();
  return (run, step, scalars) => {
    // Old files go when there is something to put in their place, not when a run fails before its first epoch.
    for (const path of old.splice(0)) Deno.removeSync(path);
    const path = files.get(run) ?? beginEventFile(run === "" ? directory : `${directory}/${run}`);
    files.set(run, path);
    append(path, encodeScalars({ wallTime: now(), step, scalars: defined(scalars) }));
  };
}

/** Event files of a directory and of the runs right below it. */
async function eventFilesIn(directory: string): Promise<string[]> {
  if (await pathKind(directory) !== "directory") return [];
  const paths = (await listDirectory(directory)).map((name) => `${directory}/${name}`);
  const below = await Promise.all(paths.map(async (path) => {
    if (await pathKind(path) !== "directory") return [path];
    return (await listDirectory(path)).map((name) => `${path}/${name}`);
  }));
  return below.flat().filter((path) => EVENT_FILE.test(path.split("/").at(-1)!));
}

function beginEventFile(directory: string): string {
  const start = now();
  Deno.mkdirSync(directory, { recursive: true });
  const path = `${directory}/${eventFileName(start, "histone")}`;
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
