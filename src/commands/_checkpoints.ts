/** Runs that survive: one process writes to a run directory at a time, and a killed run can go on. */

import { showValue } from "../base/show_value.ts";
import { ContractError, FormatError } from "../errors.ts";
import { pathKind, removeFile } from "../files/file.ts";
import { CheckpointFolder } from "../training/checkpoint_folder.ts";
import { inputFlags, Interrupted } from "./_cli.ts";
import type { Inputs } from "./_inputs.ts";
import { readJson, writeJson } from "./_json.ts";
import { type FileLock, isLocked, takeLock } from "./_lock.ts";
import { parseFlags, reusableFlags } from "./_kept_flags.ts";
import { commandLine } from "./_place.ts";
import {
  clearAll,
  openCheckpoints,
  openPart,
  type OwnedParts,
  type OwnedRun,
  removeIfEmpty,
} from "./_run_checkpoints.ts";
import { commandOfRun, refuseLinks, removeLeftovers } from "./_run_files.ts";
import { quotePath } from "../base/shell.ts";

/** Flags of the commands whose runs can be resumed. */
export interface ResumeFlags {
  readonly out?: string;
  readonly resume?: string;
  readonly checkpointMinutes?: number;
  readonly threads?: number;
  readonly otherArithmetic?: boolean;
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
 * `--threads`, which may be another, nor on where the files are, whose content is compared later.
 *
 * @throws {ContractError} If there is no unfinished run of this command in DIR.
 */
export async function resumedFlags<Flags extends ResumeFlags>(
  command: string,
  flags: Flags,
): Promise<Flags> {
  const { resume, threads, otherArithmetic } = flags;
  if (resume === undefined) return flags;
  const begun = await readBegunFlags<Flags>(command, resume);
  if (begun === undefined) {
    await clearFinished(resume);
    throw await nothingToResume(resume);
  }
  return {
    ...begun,
    ...inputFlags(flags),
    threads: threads ?? begun.threads,
    otherArithmetic: otherArithmetic,
    resume: resume,
    out: resume,
  };
}

/** Removes what a finished run that was killed in its last moments left of its checkpoints, if it may. */
async function clearFinished(directory: string): Promise<void> {
  try {
    if (await commandOfRun(directory) === undefined) return;
    if (await pathKind(checkpointsOf(directory)) !== "directory") return;
    const flags = { out: directory, overwrite: false };
    await using owned = await ownParts(directory, { command: "", flags, inputs: {} });
    await owned.finish();
  } catch {
    // It does no harm.
  }
}

/** The error of a directory that holds no run to go on with. */
export async function nothingToResume(directory: string): Promise<ContractError> {
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
  if (begun.command === command) return parseFlags<Flags>(begun, path);
  if (typeof begun.command !== "string") {
    const found = showValue(begun.command);
    throw new FormatError(`Cannot resume: command is ${found}, expected a name`, { file: path });
  }
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
      ? `${what}. Go on: ${commandLine(command)} --resume ${quotePath(directory)}`
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

/** What a run directory is taken for. */
interface Ownership {
  readonly command: string;
  readonly flags: ResumeFlags;
  /** The files that it reads, with which a later `--resume` compares those that it finds. */
  readonly inputs: Inputs;
  /**
   * Throws if the directory holds what these flags may not replace or go on with. Asked once nobody else can change it:
   * what was looked at before may have changed since.
   */
  readonly refuse?: () => Promise<void>;
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
  const { options } = await openCheckpoints(path, ownership.flags, parts.check)
    .catch(async (error) => {
      await parts[Symbol.asyncDispose]();
      throw error;
    });
  if (resume !== undefined) {
    const isNew = options.resume === undefined;
    console.log(`Resuming ${directory}${isNew ? " from the beginning" : ""}`);
  }
  let begun = false;
  const canGoOn = async () => !await new CheckpointFolder(path).isEmpty();
  return {
    id: parts.id,
    options: options,
    canGoOn: canGoOn,
    check: parts.check,
    finish: parts.finish,
    async begin() {
      begun = true;
      await parts.begin();
    },
    async [Symbol.asyncDispose]() {
      // One that was begun here and has no checkpoint never got far enough to go on from.
      const isNothing = begun && resume === undefined && !await canGoOn().catch(() => true);
      if (isNothing) await parts.finish().catch(() => undefined);
      await parts[Symbol.asyncDispose]();
    },
  };
}

/**
 * Takes a run directory as {@linkcode ownRun} does, for a run of several parts.
 *
 * @throws {ContractError} If another process has it, or a part of it is a link.
 */
export async function ownParts(directory: string, ownership: Ownership): Promise<OwnedParts> {
  const { flags, refuse } = ownership;
  const path = checkpointsOf(directory);
  // One without a name of the user's was created for this run.
  const isNew = (flags.out ?? flags.resume) === undefined ||
    await pathKind(directory) === undefined;
  await refuseLinks(directory);
  const lock = await takeLock(lockOf(directory));
  if (lock === undefined) throw liveRun(directory);
  const release = () => releaseDirectory(directory, { lock, isNew });
  try {
    await refuse?.();
    await removeLeftovers(directory);
    const id = flags.resume === undefined ? makeId() : await readId(path);
    const check = () => checkInPlace(directory, lock);
    return {
      id: id,
      check: check,
      async begin() {
        await check();
        if (flags.resume === undefined) await clearAll(path);
        await writeCommand(path, ownership, id);
      },
      open: (name, pace) => openPart(`${path}/${name}`, { ...flags, ...pace }, check),
      async finish() {
        await check();
        await removeFile(`${path}/${COMMAND_FILE}`);
        await clearAll(path);
      },
      [Symbol.asyncDispose]: release,
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Gives a directory back, without what is of no use there any more. Never throws: that would hide why a run ended. */
async function releaseDirectory(
  directory: string,
  { lock, isNew }: { readonly lock: FileLock; readonly isNew: boolean },
): Promise<void> {
  try {
    const isUseful = await holdsUnfinishedRun(directory).catch(() => true);
    const isOver = !isUseful && await lock.isInPlace();
    await lock.release({ remove: isOver });
    if (!isOver) return;
    await removeIfEmpty(checkpointsOf(directory));
    if (isNew) await removeIfEmpty(directory);
  } catch {
    // What is left does no harm.
  }
}

async function checkInPlace(directory: string, lock: FileLock): Promise<void> {
  if (await lock.isInPlace()) return;
  throw new ContractError(
    `Cannot write to ${directory}: it was moved away, removed or replaced while the run was writing there. Where it ` +
      "is now it can be gone on with by --resume",
  );
}

/** Twelve letters and digits that no other run has. */
function makeId(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 12);
}

/** The id of a run that goes on; a new one if it has none that could be. */
async function readId(path: string): Promise<string> {
  const file = `${path}/${COMMAND_FILE}`;
  if (await pathKind(file) === undefined) return makeId();
  const { id } = Object(await readJson(file, "resume"));
  return typeof id === "string" && /^[0-9a-f]{12}$/.test(id) ? id : makeId();
}

async function writeCommand(
  path: string,
  { command, flags, inputs }: Ownership,
  id: string,
): Promise<void> {
  await writeJson(`${path}/${COMMAND_FILE}`, { command, id, ...reusableFlags(flags), inputs });
}

function liveRun(directory: string): ContractError {
  return new ContractError(`Cannot write to ${directory}: another run is writing there`);
}
