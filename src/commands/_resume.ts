/** Runs that `--resume` names: their flags, and the errors if there is nothing to resume. */

import { quotePath } from "../base/shell.ts";
import { ContractError } from "../errors.ts";
import { readKeptCommand } from "../runs/command_file.ts";
import type { OwnedParts, OwnedRun, TakeRunOptions } from "../runs/owned_run.ts";
import { clearFinishedRun, takeParts, takeRun } from "../runs/run_directory.ts";
import { commandOfRun } from "../runs/run_files.ts";
import { inputFlags, Interrupted } from "./flags.ts";
import { parseFlags, reusableFlags } from "./_kept_flags.ts";
import { commandLine } from "./_place.ts";
import { warn } from "./_warn.ts";

/** Flags of the commands whose runs can be resumed. */
export interface ResumeFlags {
  readonly out?: string | undefined;
  readonly resume?: string | undefined;
  readonly checkpointMinutes?: number | undefined;
  readonly threads?: number | undefined;
  readonly otherArithmetic?: boolean | undefined;
  readonly overwrite: boolean;
}

/** Formats the command line that resumes a run. */
export function resumeCall(command: string, directory: string): string {
  return `${commandLine(command)} --resume ${quotePath(directory)}`;
}

/**
 * Returns the flags of a command or, with `--resume DIR`, those that the run in DIR was started with. `--threads` and
 * the paths of files may differ, since results do not depend on them; the files' content is compared later.
 *
 * @throws {ContractError} If there is no unfinished run of this command in DIR.
 */
export async function resumedFlags<Flags extends ResumeFlags>(
  command: string,
  flags: Flags,
): Promise<Flags> {
  const { resume, threads, otherArithmetic } = flags;
  if (resume === undefined) return flags;
  const kept = await readKeptFlags<Flags>(command, resume);
  if (kept === undefined) {
    await clearFinishedRun(resume);
    throw await makeNothingToResumeError(resume);
  }
  return {
    ...kept,
    ...inputFlags(flags),
    threads: threads ?? kept.threads,
    otherArithmetic: otherArithmetic,
    resume: resume,
    out: resume,
  };
}

/** Makes the error for a directory that holds no run to resume. */
export async function makeNothingToResumeError(directory: string): Promise<ContractError> {
  const command = await commandOfRun(directory);
  return new ContractError(
    command === undefined
      ? `Cannot resume ${directory}: it holds no unfinished run`
      : `Cannot resume ${directory}: its run of ${command} is finished; the results are in ` +
        `${directory}/`,
  );
}

/**
 * Reads the flags that the unfinished run in a directory was started with; `undefined` if the directory holds no
 * unfinished run.
 *
 * @throws {ContractError} If it is a run of another command.
 */
export async function readKeptFlags<Flags>(
  command: string,
  directory: string,
): Promise<Flags | undefined> {
  const kept = await readKeptCommand(directory);
  if (kept === undefined) return undefined;
  if (kept.command === command) return parseFlags<Flags>(kept);
  throw new ContractError(
    `Cannot resume ${directory} with ${command}: it was started with ${kept.command}`,
  );
}

/** Formats the message about a run that was stopped before it had results, as before its first epoch was finished. */
export async function describeNothingKept(
  run: OwnedRun,
  { command, directory, what = "Interrupted before the first epoch was finished" }: {
    readonly command: string;
    readonly directory: string;
    readonly what?: string;
  },
): Promise<Interrupted> {
  return new Interrupted(
    await run.canResume()
      ? `${what}. Resume: ${resumeCall(command, directory)}`
      : `${what}: nothing was kept.`,
  );
}

/** How a command takes a run directory. */
export interface Ownership extends Pick<TakeRunOptions, "command" | "inputs" | "refuse" | "share"> {
  readonly flags: ResumeFlags;
}

/** Takes a run directory for a command, and says so if the run is resumed. */
export async function ownRun(directory: string, ownership: Ownership): Promise<OwnedRun> {
  const run = await takeRun(directory, takeOptions(ownership));
  const isNew = run.options.resume === undefined;
  // A unit's run is always there before it starts.
  if (ownership.flags.resume !== undefined && !(isNew && ownership.share !== undefined)) {
    console.info(`Resuming ${directory}${isNew ? " from the beginning" : ""}`);
  }
  return run;
}

/** Takes a run directory for a command whose run has several parts. */
export async function ownParts(directory: string, ownership: Ownership): Promise<OwnedParts> {
  return await takeParts(directory, takeOptions(ownership));
}

function takeOptions({ command, flags, inputs, refuse, share }: Ownership): TakeRunOptions {
  const { out, resume, checkpointMinutes } = flags;
  return {
    command: command,
    flags: reusableFlags(flags),
    inputs: inputs,
    resume: resume !== undefined,
    checkpointMinutes: checkpointMinutes,
    share: share,
    // A directory that the user did not name was made for this run.
    isNew: (out ?? resume) === undefined ? true : undefined,
    refuse: refuse,
    onWarning: warn,
  };
}
