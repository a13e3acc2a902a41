/** Runs that survive: one process writes to a run directory at a time, and a killed run can go on. */

import { ContractError } from "../src/errors.ts";
import { makeDirectory, pathKind, removeFile } from "../src/io/file.ts";
import type { FitCheckpoint } from "../src/training/checkpoint.ts";
import { CheckpointFolder } from "../src/training/checkpoint_folder.ts";
import type { CheckpointOptions } from "../src/training/fit_many.ts";
import { readJson } from "./_json.ts";
import { writeJson } from "./_run.ts";

/** Flags of the commands whose runs can be resumed. */
export interface ResumeFlags {
  readonly resume?: string;
  readonly checkpointMinutes?: number;
  readonly threads?: number;
}

/** Name of the file, beside the checkpoints, that holds the command and its flags. */
const COMMAND_FILE = "command.json";

/**
 * The flags of a command, or, with `--resume DIR`, those that the run in DIR was begun with; results do not depend on
 * `--threads`, which may be another.
 *
 * @throws {ContractError} If there is no unfinished run of this command in DIR.
 */
export async function resumedFlags<Flags extends ResumeFlags>(
  command: string,
  flags: Flags,
): Promise<Flags> {
  const { resume, threads } = flags;
  if (resume === undefined) return flags;
  const path = `${resume}/checkpoints/${COMMAND_FILE}`;
  if (await pathKind(path) === undefined) {
    throw new ContractError(`Cannot resume ${resume}: it holds no unfinished run`);
  }
  const begun = await readJson(path, "resume") as { command: string; flags: Flags };
  if (begun.command !== command) {
    throw new ContractError(
      `Cannot resume ${resume} with deno task ${command}: it was begun with deno task ${begun.command}`,
    );
  }
  return { ...begun.flags, threads: threads ?? begun.flags.threads, resume, out: resume };
}

/** A run directory that this process alone writes to. */
export interface OwnedRun extends AsyncDisposable {
  /** For `fit` and its relatives. */
  readonly options: { readonly checkpoint: CheckpointOptions; readonly resume?: FitCheckpoint };
  /** Removes the checkpoints of a run that came to its end. */
  finish(): Promise<void>;
}

/**
 * Takes a run directory: no other process can while this one lives, however it ends. Loads the checkpoint that
 * `--resume` goes on from.
 *
 * @throws {ContractError} If another process has it.
 */
export async function ownRun(
  directory: string,
  { command, flags }: { readonly command: string; readonly flags: ResumeFlags },
): Promise<OwnedRun> {
  const path = `${directory}/checkpoints`;
  await makeDirectory(path);
  const lock = await lockDirectory(directory, `${path}/lock`);
  await removeLeftovers(directory);
  const folder = new CheckpointFolder(path);
  const found = flags.resume === undefined ? undefined : await folder.load();
  for (const { message } of found?.damaged ?? []) console.error(`warning: ${message}`);
  if (flags.resume === undefined) {
    await folder.clear();
    await writeJson(`${path}/${COMMAND_FILE}`, { command, flags });
  } else {
    console.log(`Resuming ${directory}${found === undefined ? " from the beginning" : ""}`);
  }
  const checkpoint = {
    save: (state: FitCheckpoint) => folder.save(state),
    everyMinutes: flags.checkpointMinutes,
  };
  return {
    options: { checkpoint, resume: found?.checkpoint },
    finish: () => folder.clear(),
    async [Symbol.asyncDispose]() {
      // Without a checkpoint there is nothing to go on from: the run is finished, or never got far.
      if (await folder.isEmpty()) await removeTraces(directory, path);
      lock.close();
    },
  };
}

async function removeTraces(directory: string, path: string): Promise<void> {
  for (const name of [COMMAND_FILE, "lock"]) await removeFile(`${path}/${name}`);
  for (const folder of [path, directory]) {
    // One that holds something else stays.
    await Deno.remove(folder).catch(() => undefined);
  }
}

/** Removes what a process that was killed had begun to write; nobody else is writing here. */
async function removeLeftovers(directory: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory) await removeLeftovers(`${directory}/${name}`);
    else if (/\.[0-9a-f]{8}\.part$/.test(name)) await removeFile(`${directory}/${name}`);
  }
}

/** The system gives the lock back when the process ends, by SIGKILL too. */
async function lockDirectory(directory: string, path: string): Promise<Deno.FsFile> {
  const file = await Deno.open(path, { write: true, create: true });
  if (await file.tryLock(true)) return file;
  file.close();
  throw new ContractError(`Cannot write to ${directory}: another run is writing there`);
}

/** Whether a directory holds a run that was killed or stopped before its end. */
export async function holdsUnfinishedRun(directory: string): Promise<boolean> {
  return await pathKind(`${directory}/checkpoints/${COMMAND_FILE}`) !== undefined;
}
