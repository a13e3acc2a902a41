/** Jobs for Slurm that do a plan: an array of its units, and a job that gathers them. */

import { resolve } from "node:path";
import { greatestOf } from "../base/arrays.ts";
import { formatCountOf } from "../base/count.ts";
import { quotePath } from "../base/shell.ts";
import { showValue } from "../base/show_value.ts";
import type { Plan } from "../cluster/plan.ts";
import { makeDirectory, writeFileAtomic } from "../files/file.ts";
import { absoluteCall } from "./_absolute_call.ts";
import { FlagsError } from "./flags.ts";
import { secondsOfTime, type SlurmFlags } from "./_slurm_flags.ts";
import { formatGatherJob, formatSubmit, formatUnitsJob, type SlurmJobs } from "./_slurm_jobs.ts";
import type { UnitKind } from "./_units.ts";

/** Another node may be slower, and reads its data from a file system that others use. */
const TIME_MARGIN = { factor: 3, seconds: 600 } as const;
/** Another node may have more threads, each of which takes memory. */
const MEMORY_MARGIN = { factor: 1.5, bytes: 2 ** 28 } as const;
/** Slurm's own clock is checked each half a minute or so, and a checkpoint is written after a step. */
const WARNING_SECONDS = 120;

/** What jobs are written for. */
interface AskedJobs extends Pick<UnitKind<unknown>, "startsOver"> {
  readonly flags: SlurmFlags;
}

/**
 * Refuses a path that ends a line: Slurm's directives are comments of a shell, in which the rest would be a command.
 *
 * @param folder The plan's folder.
 * @throws {FlagsError} If it has an end of line, or the folder in which it is made.
 */
export function checkJobPaths(folder: string): void {
  const found = [resolve("."), resolve(folder)].find((path) => /[\n\r]/.test(path));
  if (found === undefined) return;
  throw new FlagsError(
    `Cannot plan for Slurm: the path ${showValue(found)} has an end of line, expected none in it`,
  );
}

/**
 * Writes the jobs into the folder `slurm` of a plan.
 *
 * @param folder The plan's folder.
 * @param plan The plan as it was written.
 * @param asked What the jobs ask for, and whether a unit that was stopped starts over.
 * @throws {WriteError} If they cannot be written.
 */
export async function writeSlurmJobs(
  folder: string,
  plan: Plan,
  asked: AskedJobs,
): Promise<void> {
  const jobs = describeJobs(resolve(folder), plan, asked);
  await makeDirectory(`${folder}/slurm/log`);
  await writeFileAtomic(`${folder}/slurm/units.sbatch`, formatUnitsJob(jobs));
  await writeFileAtomic(`${folder}/slurm/gather.sbatch`, formatGatherJob(jobs));
  await writeFileAtomic(`${folder}/slurm/submit.sh`, formatSubmit(jobs));
  const { cpus, memory = "the cluster's default", time = "the partition's", cap } = jobs;
  console.log(
    `Slurm: a unit gets ${formatCountOf(cpus, "processor")}, memory ${memory}, time ${time}` +
      (cap === undefined ? "" : `; at most ${cap} run at the same time`),
  );
  // A word with a dash before it would be options.
  const shown = folder.startsWith("-") ? `./${folder}` : folder;
  console.info(`Submit: sh ${quotePath(`${shown}/slurm/submit.sh`)}`);
}

function describeJobs(folder: string, plan: Plan, { flags, startsOver }: AskedJobs): SlurmJobs {
  const { units } = plan;
  const seconds = greatest(units.map(({ seconds }) => seconds));
  const bytes = greatest(units.map(({ memoryBytes }) => memoryBytes));
  const time = flags.slurmTime ?? (seconds === undefined ? undefined : formatTime(seconds));
  const limit = time === undefined ? Infinity : secondsOfTime(time);
  return {
    folder,
    plannedIn: plan.plannedIn,
    name: `histone-${plan.command}`,
    work: absoluteCall("work"),
    gather: absoluteCall("gather"),
    cpus: flags.slurmCpus ?? greatestOf(units.map(({ threads }) => threads)),
    memory: flags.slurmMemory ?? (bytes === undefined ? undefined : formatMemory(bytes)),
    time,
    warningSeconds: startsOver ? undefined : Math.min(WARNING_SECONDS, Math.floor(limit / 2)),
    cap: flags.slurmCap,
    options: flags.slurmOption ?? [],
  };
}

/** The greatest of some values; `undefined` if one is not known. */
function greatest(values: readonly (number | undefined)[]): number | undefined {
  const greatest = greatestOf(values.map((value) => value ?? NaN));
  return Number.isNaN(greatest) ? undefined : greatest;
}

/** As `DAYS-HOURS:MINUTES:SECONDS`, in whole minutes. */
function formatTime(expected: number): string {
  const minutes = Math.ceil((expected * TIME_MARGIN.factor + TIME_MARGIN.seconds) / 60);
  const two = (value: number) => String(value).padStart(2, "0");
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  return `${days}-${two(hours)}:${two(minutes % 60)}:00`;
}

/** In MB of 2^20 bytes, which Slurm calls M. */
function formatMemory(expected: number): string {
  return `${Math.ceil((expected * MEMORY_MARGIN.factor + MEMORY_MARGIN.bytes) / 2 ** 20)}M`;
}
