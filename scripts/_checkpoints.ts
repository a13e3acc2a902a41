/** Runs that survive: one process writes to a run directory at a time, and a killed run can go on. */

import { ContractError, FormatError } from "../src/errors.ts";
import { listDirectory, makeDirectory, pathKind, removeFile } from "../src/io/file.ts";
import { CheckpointFolder } from "../src/training/checkpoint_folder.ts";
import type { CheckpointOptions, FitCheckpoint } from "../src/training/fit_types.ts";
import { Interrupted } from "./_cli.ts";
import type { Inputs } from "./_inputs.ts";
import { readJson, writeJson } from "./_json.ts";
import { isLocked } from "./_outputs.ts";
import { parseFlags, reusableFlags } from "./_kept_flags.ts";
import { taskCall } from "./_place.ts";
import { commandOfRun, removeLeftovers } from "./_run_files.ts";
import { quotePath } from "../src/_shell.ts";

/** Flags of the commands whose runs can be resumed. */
export interface ResumeFlags {
  readonly resume?: string;
  readonly checkpointMinutes?: number;
  readonly threads?: number;
  readonly overwrite: boolean;
}

/** Name of the file, beside the checkpoints, that holds the command, its flags and the files that it reads. */
export const COMMAND_FILE = "command.json";

/** Where a run keeps its checkpoints. */
export function checkpointsOf(directory: string): string {
  return `${directory}/checkpoints`;
}

/** The file that a run locks while it writes. */
function lockOf(directory: string): string {
  return `${checkpointsOf(directory)}/lock`;
}

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
  const begun = await readBegunFlags<Flags>(command, resume);
  if (begun === undefined) throw await nothingToResume(resume);
  return { ...begun, threads: threads ?? begun.threads, resume, out: resume };
}

async function nothingToResume(directory: string): Promise<ContractError> {
  const command = await commandOfRun(directory);
  return new ContractError(
    command === undefined
      ? `Cannot resume ${directory}: it holds no unfinished run`
      : `Cannot resume ${directory}: its run of deno task ${command} is finished; the results are in ` +
        `${directory}/`,
  );
}

/**
 * The flags that the unfinished run in a directory was begun with; `undefined` if there is none.
 *
 * @throws {ContractError} If it is one of another command.
 */
export async function readBegunFlags<Flags>(
  command: string,
  directory: string,
): Promise<Flags | undefined> {
  if (!await holdsUnfinishedRun(directory)) return undefined;
  const path = `${checkpointsOf(directory)}/${COMMAND_FILE}`;
  const begun = Object(await readJson(path, "resume"));
  if (begun.command === command) return parseFlags(begun, path) as Flags;
  throw new ContractError(
    `Cannot resume ${directory} with deno task ${command}: it was begun with deno task ${begun.command}`,
  );
}

/** What to say of a run that was stopped before it had finished an epoch. */
export async function nothingKept(
  run: OwnedRun,
  { command, directory }: { readonly command: string; readonly directory: string },
): Promise<Interrupted> {
  const what = "Interrupted before the first epoch was finished";
  return new Interrupted(
    await run.canGoOn()
      ? `${what}. Go on: ${taskCall(command)} --resume ${quotePath(directory)}`
      : `${what}: nothing was kept.`,
  );
}

/** Whether a directory holds a run that was killed or stopped before its end. */
export async function holdsUnfinishedRun(directory: string): Promise<boolean> {
  return await pathKind(`${checkpointsOf(directory)}/${COMMAND_FILE}`) !== undefined;
}

/**
 * Refuses a directory that a run is writing to, for which no flag is a remedy.
 *
 * @throws {ContractError} If there is one.
 */
export async function refuseLiveRun(directory: string): Promise<void> {
  const lock = lockOf(directory);
  if (await pathKind(lock) === "file" && await isLocked(lock)) throw liveRun(directory);
}

/** Where a run, or a part of one, keeps its checkpoints. */
export interface RunCheckpoints {
  /** For `fit` and its relatives. */
  readonly options: { readonly checkpoint: CheckpointOptions; readonly resume?: FitCheckpoint };
  /** Removes the checkpoints of what came to its end. */
  finish(): Promise<void>;
}

/** A run directory that this process alone writes to, with one row of checkpoints. */
export interface OwnedRun extends RunCheckpoints, AsyncDisposable {
  /** As that of {@linkcode OwnedParts}. */
  begin(): Promise<void>;
  /** Whether there is a checkpoint to go on from. */
  canGoOn(): Promise<boolean>;
}

/** How often checkpoints are taken, beside `--checkpoint-minutes`. */
type Pace = Pick<CheckpointOptions, "atEpochs">;

/** The same for a run of several parts, such as one model after another, each with checkpoints of its own. */
export interface OwnedParts extends AsyncDisposable {
  /**
   * Begins, or goes on: from here on `--resume` finds these flags. What an earlier run kept, and this one does not go on
   * from, is removed here and not before, so that a mistake in the flags costs nothing.
   */
  begin(): Promise<void>;
  /**
   * Opens the checkpoints of a part, and loads the one to go on from.
   *
   * @param name A file name that stands for this part alone.
   */
  open(name: string, pace?: Pace): Promise<RunCheckpoints>;
  /** All parts came to their end. */
  finish(): Promise<void>;
}

/** What a run directory is taken for. */
interface Ownership {
  readonly command: string;
  readonly flags: ResumeFlags;
  /** The files that it reads, with which a later `--resume` compares those that it finds. */
  readonly inputs: Inputs;
}

/**
 * Takes a run directory: no other process can while this one lives, however it ends. Loads the checkpoint that
 * `--resume` goes on from.
 *
 * @throws {ContractError} If another process has it.
 */
export async function ownRun(directory: string, ownership: Ownership): Promise<OwnedRun> {
  const { flags: { resume } } = ownership;
  const parts = await ownParts(directory, ownership);
  const path = checkpointsOf(directory);
  const { options } = await openCheckpoints(path, ownership.flags);
  if (resume !== undefined) {
    const isNew = options.resume === undefined;
    console.log(`Resuming ${directory}${isNew ? " from the beginning" : ""}`);
  }
  let begun = false;
  const canGoOn = async () => !await new CheckpointFolder(path).isEmpty();
  return {
    ...{ options, canGoOn, finish: parts.finish },
    async begin() {
      begun = true;
      await parts.begin();
    },
    async [Symbol.asyncDispose]() {
      // One that was begun here and has no checkpoint never got far enough to go on from.
      if (begun && resume === undefined && !await canGoOn()) await parts.finish();
      await parts[Symbol.asyncDispose]();
    },
  };
}

/**
 * Takes a run directory as {@linkcode ownRun} does, for a run of several parts.
 *
 * @throws {ContractError} If another process has it.
 */
export async function ownParts(directory: string, ownership: Ownership): Promise<OwnedParts> {
  const { flags } = ownership;
  const path = checkpointsOf(directory);
  const isNew = await pathKind(directory) === undefined;
  await makeDirectory(path);
  const lock = await lockDirectory(directory);
  await removeLeftovers(directory);
  return {
    async begin() {
      if (flags.resume === undefined) await clearAll(path);
      await writeCommand(path, ownership);
    },
    open: (name, pace) => openPart(`${path}/${name}`, { ...flags, ...pace }),
    async finish() {
      await removeFile(`${path}/${COMMAND_FILE}`);
      await clearAll(path);
    },
    async [Symbol.asyncDispose]() {
      if (!await holdsUnfinishedRun(directory)) {
        await removeFile(lockOf(directory));
        await removeIfEmpty(path);
        if (isNew) await removeIfEmpty(directory);
      }
      lock.close();
    },
  };
}

async function writeCommand(
  path: string,
  { command, flags, inputs }: Ownership,
): Promise<void> {
  await writeJson(`${path}/${COMMAND_FILE}`, { command, ...reusableFlags(flags), inputs });
}

async function openCheckpoints(
  path: string,
  { resume, checkpointMinutes, atEpochs }: ResumeFlags & Pace,
): Promise<RunCheckpoints> {
  const folder = new CheckpointFolder(path);
  const found = resume === undefined ? undefined : await folder.load();
  for (const { message } of found?.damaged ?? []) console.error(`warning: ${message}`);
  const save = (state: FitCheckpoint) => folder.save(state);
  return {
    options: {
      checkpoint: { save, everyMinutes: checkpointMinutes, atEpochs },
      resume: found?.checkpoint,
    },
    finish: () => clearFolder(path),
  };
}

/** Opens the checkpoints of a part: one that has none that is whole is begun anew, and the others are kept. */
async function openPart(path: string, flags: ResumeFlags & Pace): Promise<RunCheckpoints> {
  try {
    return await openCheckpoints(path, flags);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    console.error(`warning: ${error.message}; this part begins anew`);
    await clearFolder(path);
    return await openCheckpoints(path, flags);
  }
}

/** Removes the checkpoints of a run and of all its parts. */
async function clearAll(path: string): Promise<void> {
  for (const part of await partsIn(path)) await clearFolder(part);
  await new CheckpointFolder(path).clear();
}

async function clearFolder(path: string): Promise<void> {
  await new CheckpointFolder(path).clear();
  await removeIfEmpty(path);
}

async function partsIn(path: string): Promise<string[]> {
  const paths = (await listDirectory(path)).map((name) => `${path}/${name}`);
  const kinds = await Promise.all(paths.map(pathKind));
  return paths.filter((_, i) => kinds[i] === "directory");
}

async function removeIfEmpty(directory: string): Promise<void> {
  // One that holds something else stays.
  await Deno.remove(directory).catch(() => undefined);
}

/** The system gives the lock back when the process ends, by SIGKILL too. */
async function lockDirectory(directory: string): Promise<Deno.FsFile> {
  const file = await Deno.open(lockOf(directory), { write: true, create: true });
  if (await file.tryLock(true)) return file;
  file.close();
  throw liveRun(directory);
}

function liveRun(directory: string): ContractError {
  return new ContractError(`Cannot write to ${directory}: another run is writing there`);
}
