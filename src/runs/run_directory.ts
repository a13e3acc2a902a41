/** The directory of a run. One process at a time writes to it, and a run that was killed can be resumed. */

import { ContractError } from "../errors.ts";
import { removeIfEmpty } from "../files/directory.ts";
import { checkTaking } from "./_check_taking.ts";
import { pathKind, pathOf } from "../files/file.ts";
import { type FileLock, isLocked, takeLock } from "../files/lock.ts";
import { CheckpointFolder } from "../training/checkpoint_folder.ts";
import {
  checkpointsOf,
  holdsUnfinishedRun,
  readKeptCommand,
  removeKeptCommand,
  writeKeptCommand,
} from "./command_file.ts";
import type { OwnedParts, OwnedRun, TakeRunOptions } from "./owned_run.ts";
import { clearAll, openCheckpoints, openPart } from "./run_checkpoints.ts";
import { checkRunPlace, commandOfRun, refuseLinks, removeLeftovers } from "./run_files.ts";

/** Path of the file that a run locks while it writes. */
function lockOf(directory: string): string {
  return `${checkpointsOf(pathOf(directory))}/lock`;
}

/** Whether a process is writing to a run directory now. */
export async function isLiveRun(directory: string): Promise<boolean> {
  const lock = lockOf(directory);
  return await pathKind(lock) === "file" && await isLocked(lock);
}

/**
 * Refuses a directory to which a run is writing. No option overrides this.
 *
 * @throws {ContractError} If a run is writing to it.
 */
export async function refuseLiveRun(directory: string): Promise<void> {
  if (await isLiveRun(directory)) throw liveRun(directory);
}

/** Removes the checkpoints of a finished run that was killed before it could remove them, if they may be removed. */
export async function clearFinishedRun(directory: string): Promise<void> {
  try {
    const command = await commandOfRun(directory);
    if (command === undefined) return;
    if (await pathKind(checkpointsOf(directory)) !== "directory") return;
    await using owned = await ownDirectory(directory, { command });
    await owned.finish();
  } catch (error) {
    // Files that remain are harmless. What this package or the system refuses has such a code; a mistake has none.
    if (!/^(HISTONE_|E(?!RR_))/.test(Object(error).code)) throw error;
  }
}

/**
 * Takes a run directory, so that no other process can take it while this one lives, and loads the checkpoint from which
 * the run is resumed. The directory is released however the process ends.
 *
 * @param directory The directory, which need not exist yet.
 * @param options What runs, and whether it is resumed.
 * @returns The directory and its checkpoints, to be disposed of.
 * @throws {ContractError} If another process has taken it, a part of it is a link, or no directory can be there.
 * @throws {WriteError} If the system lets nothing be written there.
 * @throws {TypeError} If this is no path, there is no command, or an option is misspelt or something else.
 * @throws {FormatError} If it is to be resumed and all checkpoints are damaged.
 *
 * @example A run that keeps checkpoints
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { takeRun } from "@waka/histone/runs";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 });
 * const directory = await Deno.makeTempDir();
 * {
 *   await using run = await takeRun(directory, { command: "my-program" });
 *   await run.begin();
 *   await fit("experiment1", new Dataset(train), { epochs: 2, ...run.options });
 *   // If the program were killed here, `resume: true` would take the run up again.
 *   strictEqual(await run.canResume(), true);
 *   await run.finish();
 *   strictEqual(await run.canResume(), false);
 * }
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function takeRun(directory: string, options: TakeRunOptions): Promise<OwnedRun> {
  if (typeof directory !== "string") directory = pathOf(directory);
  options = checkTaking(options);
  const { resume = false, checkpointMinutes, share, onWarning = () => {} } = options;
  const parts = await ownDirectory(directory, options);
  const path = checkpointsOf(directory);
  const { check } = parts;
  const pace = { checkpointMinutes, share };
  const checkpoints = await openCheckpoints(path, { ...pace, resume, check, onWarning })
    .catch(async (error) => {
      await parts[Symbol.asyncDispose]();
      throw error;
    });
  let hasBegun = false;
  const canResume = async () => !await new CheckpointFolder(path).isEmpty();
  return {
    id: parts.id,
    options: checkpoints.options,
    canResume,
    check: parts.check,
    finish: parts.finish,
    async begin() {
      hasBegun = true;
      await parts.begin();
    },
    async [Symbol.asyncDispose]() {
      // A run that started here and has no checkpoint did not get far enough to be resumed.
      const isNothing = hasBegun && !resume && !await canResume().catch(() => true);
      if (isNothing) await parts.finish().catch(() => undefined);
      await parts[Symbol.asyncDispose]();
    },
  };
}

/**
 * Takes a run directory as {@linkcode takeRun} does, for a run of several parts, such as one model after another.
 *
 * @param directory The directory, which need not exist yet.
 * @param options What runs, and whether it is resumed.
 * @returns The directory, whose parts have checkpoints of their own, to be disposed of.
 * @throws {ContractError} If another process has taken it, a part of it is a link, or no directory can be there.
 * @throws {WriteError} If the system lets nothing be written there.
 * @throws {TypeError} If this is no path, there is no command, or an option is misspelt or something else.
 *
 * @example Two parts
 * ```ts
 * import { takeParts } from "@waka/histone/runs";
 * import { strictEqual } from "node:assert";
 *
 * const directory = await Deno.makeTempDir();
 * {
 *   await using run = await takeParts(directory, { command: "my-program" });
 *   await run.begin();
 *   for (const name of ["first", "second"]) {
 *     const part = await run.open(name);
 *     strictEqual(part.options.resume, undefined);
 *     // Here `fit` and its relatives take `part.options`.
 *     await part.finish();
 *   }
 *   await run.finish();
 * }
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function takeParts(directory: string, options: TakeRunOptions): Promise<OwnedParts> {
  if (typeof directory !== "string") directory = pathOf(directory);
  return await ownDirectory(directory, checkTaking(options));
}

/** Does what {@linkcode takeParts} does, with a path and options that were checked. */
async function ownDirectory(directory: string, options: TakeRunOptions): Promise<OwnedParts> {
  const { command, flags = {}, inputs = {}, resume = false, refuse } = options;
  const { checkpointMinutes, onWarning = () => {} } = options;
  const path = checkpointsOf(directory);
  await checkRunPlace(directory);
  const isNew = options.isNew ?? await pathKind(directory) === undefined;
  await refuseLinks(directory);
  const lock = await takeLock(lockOf(directory), { onWarning });
  if (lock === undefined) throw liveRun(directory);
  const release = () => releaseDirectory(directory, { lock, isNew });
  try {
    await refuse?.();
    await removeLeftovers(directory);
    const kept = resume ? await readKeptCommand(directory) : undefined;
    const id = kept?.id ?? makeId();
    let isReleased = false;
    const check = () => {
      if (isReleased) throw new ContractError(`Cannot write to ${directory}: it was given back`);
      return checkInPlace(directory, lock);
    };
    return {
      id: id,
      async check() {
        await check();
      },
      async begin() {
        await check();
        if (!resume) await clearAll(path);
        await writeKeptCommand(directory, { command, id, flags, inputs });
      },
      async open(name, { atEpochs } = {}) {
        checkPartName(name);
        const pace = { checkpointMinutes, atEpochs };
        return await openPart(`${path}/${name}`, { ...pace, resume, check, onWarning });
      },
      async finish() {
        await check();
        await removeKeptCommand(directory);
        await clearAll(path);
      },
      async [Symbol.asyncDispose]() {
        if (isReleased) return;
        isReleased = true;
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** What a run keeps beside the checkpoints of its parts. */
const KEPT_BESIDE = ["lock", "command.json"];

/** Refuses a name that would lead elsewhere, or to what the run keeps itself. */
function checkPartName(name: string): void {
  if (/^[\p{L}\p{N}_-][\p{L}\p{N} ._-]*$/u.test(name) && !KEPT_BESIDE.includes(name)) return;
  throw new ContractError(
    `Cannot open part ${
      JSON.stringify(name)
    }: expected a name of letters, digits, spaces, dots and dashes other than ` +
      KEPT_BESIDE.join(" and "),
  );
}

/** Releases a directory and removes files that are no longer needed. It never throws: that would hide why a run ended. */
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
    // Files that remain are harmless.
  }
}

async function checkInPlace(directory: string, lock: FileLock): Promise<void> {
  if (await lock.isInPlace()) return;
  throw new ContractError(
    `Cannot write to ${directory}: it was moved away, removed or replaced while the run was writing there. The run ` +
      "can be resumed where its directory is now",
  );
}

/** Makes an id of twelve random hexadecimal digits. */
function makeId(): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, 12);
}

function liveRun(directory: string): ContractError {
  return new ContractError(`Cannot write to ${directory}: another run is writing there`);
}
