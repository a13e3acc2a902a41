/** The flags with which `plan` writes jobs for Slurm. */

import { type Command, InvalidArgumentError } from "commander";
import { MOST_THREADS } from "../base/threads.ts";
import { FlagsError, integer } from "./flags.ts";

/** Flags of the jobs. */
export interface SlurmFlags {
  readonly slurm?: true | undefined;
  readonly slurmCap?: number | undefined;
  readonly slurmCpus?: number | undefined;
  readonly slurmMemory?: string | undefined;
  readonly slurmTime?: string | undefined;
  readonly slurmOption?: readonly string[] | undefined;
}

/** Declares the flags. */
export function declareSlurm(command: Command): Command {
  return command
    .option("--slurm", "write jobs for Slurm, too: DIR/slurm/submit.sh submits them")
    .option("--slurm-cap <n>", "units that run at the same time (default: no cap)", integer(1))
    .option(
      "--slurm-cpus <n>",
      "processors of a unit (default: the threads with which it was measured)",
      integer(1, MOST_THREADS),
    )
    .option(
      "--slurm-memory <size>",
      "memory of a unit, such as 4G (default: what is expected, with a margin)",
      memorySize,
    )
    .option(
      "--slurm-time <time>",
      "time limit of a unit in minutes, H:M:S or D-H (default: what is expected, with a margin)",
      slurmTime,
    )
    .option(
      "--slurm-option <option>",
      "option of sbatch, such as --partition=long; may be given several times",
      (option: string, others: readonly string[] = []) => [...others, sbatchOption(option)],
    );
}

/**
 * Refuses flags of the jobs without `--slurm`, which would change nothing.
 *
 * @throws {FlagsError} If there is one.
 */
export function checkSlurmFlags(flags: SlurmFlags): void {
  if (flags.slurm) return;
  const given = ["cap", "cpus", "memory", "time", "option"].find((name) =>
    flags[`slurm${name[0]!.toUpperCase()}${name.slice(1)}` as keyof SlurmFlags] !== undefined
  );
  if (given === undefined) return;
  throw new FlagsError(`Cannot plan: found --slurm-${given} without --slurm, expected both`);
}

function memorySize(text: string): string {
  if (!/^[1-9]\d{0,8}[KMGT]$/.test(text)) {
    throw new InvalidArgumentError("Expected a number with K, M, G or T, such as 4G.");
  }
  return text;
}

function slurmTime(text: string): string {
  if (!(secondsOfTime(text) >= 60)) {
    throw new InvalidArgumentError(
      "Expected at least a minute, as 90 (minutes), 1:30:00, 1-12 (days and hours) or 1-12:30:00.",
    );
  }
  return text;
}

/** Seconds of a time in one of Slurm's forms; `NaN` of any other text. */
export function secondsOfTime(text: string): number {
  const match = /^(?:(?<days>\d{1,4})-)?(?<parts>\d{1,6}(?::\d{1,2}){0,2})$/.exec(text);
  if (match?.groups === undefined) return NaN;
  const parts = match.groups.parts!.split(":").map(Number);
  const [first = 0, second = 0, third = 0] = parts;
  if (match.groups.days !== undefined) {
    return ((Number(match.groups.days) * 24 + first) * 60 + second) * 60 + third;
  }
  // Minutes, minutes and seconds, or hours, minutes and seconds.
  return parts.length === 3 ? (first * 60 + second) * 60 + third : first * 60 + second;
}

function sbatchOption(text: string): string {
  if (!/^--?[A-Za-z][^\r\n]*$/.test(text)) {
    throw new InvalidArgumentError("Expected an option of sbatch, such as --partition=long.");
  }
  return text;
}
