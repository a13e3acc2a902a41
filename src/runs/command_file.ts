/** `checkpoints/command.json`, which a run keeps beside its checkpoints so that it can be resumed. */

import { resolve } from "../base/paths.ts";
import { showValue } from "../base/show_value.ts";
import { FormatError } from "../errors.ts";
import { pathKind, removeFile } from "../files/file.ts";
import { type Inputs, parseInputs } from "./inputs.ts";
import { readJson, writeJson } from "./json.ts";

/** Path of the directory of a run's checkpoints. */
export function checkpointsOf(directory: string): string {
  return `${directory}/checkpoints`;
}

function commandFileOf(directory: string): string {
  return `${checkpointsOf(directory)}/command.json`;
}

/** The command, flags and files with which an unfinished run was started. */
export interface KeptCommand {
  /** Name of the command, such as `train`. */
  readonly command: string;
  /** Twelve hexadecimal digits that identify this run; absent if the file has no valid id. */
  readonly id: string | undefined;
  /** Its flags as they are in the file, which may have been edited. */
  readonly flags: unknown;
  /** The directory in which it was started; absent in runs of versions that did not keep it. */
  readonly startedIn: string | undefined;
  /** The files that it read; absent in runs of versions that did not keep them, or if they are damaged. */
  readonly inputs: Inputs | undefined;
  /** Path of the file that holds all this, for messages. */
  readonly file: string;
}

/** Whether a directory holds a run that was killed or stopped before its end. */
export async function holdsUnfinishedRun(directory: string): Promise<boolean> {
  return await pathKind(commandFileOf(directory)) !== undefined;
}

/**
 * Reads the command, flags and files with which the unfinished run in a directory was started.
 *
 * @param directory The directory, which need not exist.
 * @returns Its command, flags and files; `undefined` if the directory holds no unfinished run.
 * @throws {FormatError} If the file that keeps them is damaged.
 *
 * @example What a program needs to resume its own run
 * ```ts
 * import { readKeptCommand, takeRun } from "@waka/histone/runs";
 * import { deepStrictEqual, strictEqual } from "node:assert";
 *
 * const directory = await Deno.makeTempDir();
 * {
 *   await using run = await takeRun(directory, { command: "my-program", flags: { epochs: 5 } });
 *   await run.begin();
 *   const kept = await readKeptCommand(directory);
 *   strictEqual(kept?.command, "my-program");
 *   deepStrictEqual(kept?.flags, { epochs: 5 });
 * }
 * strictEqual(await readKeptCommand(directory), undefined);
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function readKeptCommand(directory: string): Promise<KeptCommand | undefined> {
  if (!await holdsUnfinishedRun(directory)) return undefined;
  const file = commandFileOf(directory);
  const { command, id, flags, startedIn, inputs } = Object(await readJson(file, "resume"));
  if (typeof command !== "string") {
    throw new FormatError(`Cannot resume: command is ${showValue(command)}, expected a name`, {
      file,
    });
  }
  return {
    command: command,
    id: typeof id === "string" && /^[0-9a-f]{12}$/.test(id) ? id : undefined,
    flags: flags,
    startedIn: typeof startedIn === "string" ? startedIn : undefined,
    inputs: parseInputs(inputs),
    file: file,
  };
}

/** Writes the command, flags and files with which a run is started. */
export async function writeKeptCommand(
  directory: string,
  { command, id, flags, inputs }: Pick<KeptCommand, "command" | "flags"> & {
    readonly id: string;
    readonly inputs: Inputs;
  },
): Promise<void> {
  const startedIn = resolve(".");
  await writeJson(commandFileOf(directory), { command, id, startedIn, flags, inputs });
}

/** Removes the file that keeps a run's command, which marks the run as finished. */
export async function removeKeptCommand(directory: string): Promise<void> {
  await removeFile(commandFileOf(directory));
}
