/** The directory to which a command writes its run. */

import { quotePath } from "../base/shell.ts";
import { ContractError } from "../errors.ts";
import { checkDirectory, claimDirectory } from "../files/directory.ts";
import { pathKind } from "../files/file.ts";
import { holdsUnfinishedRun } from "../runs/command_file.ts";
import { refuseLiveRun } from "../runs/run_directory.ts";
import { findRunFile, holdsRun } from "../runs/run_files.ts";
import { makeNothingToResumeError } from "./_resume.ts";

/** Flags that say which directory a run is written to. */
export interface RunDirectoryFlags {
  readonly out?: string | undefined;
  readonly resume?: string | undefined;
  readonly overwrite: boolean;
}

/**
 * Decides where a run is written: to `--out`, or to the first free name in `runs/`, which is reserved.
 *
 * @param flags The flags.
 * @param name What the run is called in `runs/`, such as the name of its model; it may have any characters.
 * @throws {ContractError} As {@linkcode refuseHeldRun} does; also if a run is being written there.
 */
export async function chooseRunDirectory(flags: RunDirectoryFlags, name: string): Promise<string> {
  const { out } = flags;
  if (out === undefined) return await claimDirectory(`runs/${name.replace(/[^\w.-]+/g, "-")}`);
  await checkDirectory(out);
  await refuseLiveRun(out);
  await refuseHeldRun(flags);
  return out;
}

/**
 * Refuses a directory that holds a run which the flags do not allow to be replaced, or that holds no run to resume.
 *
 * @throws {ContractError} If `--out` holds a run already, or a file with the name of one of a run's, and `--overwrite` was not given, if `--out` is
 * a file, or if `--resume` names a directory without an unfinished run.
 */
export async function refuseHeldRun({ out, overwrite, resume }: RunDirectoryFlags): Promise<void> {
  if (resume !== undefined) {
    if (!await holdsUnfinishedRun(resume)) throw await makeNothingToResumeError(resume);
    return;
  }
  if (out === undefined) return;
  await refuseFile(out);
  if (overwrite) return;
  if (await holdsUnfinishedRun(out)) {
    throw new ContractError(
      `Cannot write to ${out}: it holds an unfinished run. Resume it with --resume ${
        quotePath(out)
      }, name another --out, or add --overwrite`,
    );
  }
  if (await holdsRun(out)) {
    throw new ContractError(
      `Cannot write to ${out}: it already holds a run. Name another --out, or add --overwrite`,
    );
  }
  const file = await findRunFile(out);
  if (file === undefined) return;
  throw new ContractError(
    `Cannot write to ${out}: it holds ${file}, which is of no run there, and which a run would replace. ` +
      "Name another --out, or add --overwrite",
  );
}

/**
 * Refuses a file where a folder is to be written, before anything is looked for in it.
 *
 * @throws {ContractError} If it is one.
 */
export async function refuseFile(out: string): Promise<void> {
  if (await pathKind(out) !== "file") return;
  throw new ContractError(`Cannot write to ${out}: it is a file, expected a folder or a new name`);
}
