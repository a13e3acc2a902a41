/** Command `plan`: divides a command's work into units, which several machines do. */

import { isAbsolute, relative, resolve } from "node:path";
import { greatestOf } from "../base/arrays.ts";
import { formatBytes } from "../base/byte_count.ts";
import { formatCountOf } from "../base/count.ts";
import { formatDuration } from "../base/duration.ts";
import { quotePath } from "../base/shell.ts";
import { writePlan } from "../cluster/plan_file.ts";
import type { Plan } from "../cluster/plan.ts";
import { usualMostBytes } from "../data/read_dataset.ts";
import { ContractError } from "../errors.ts";
import { removeIfEmpty } from "../files/directory.ts";
import { listDirectory, pathKind } from "../files/file.ts";
import { takeLock } from "../files/lock.ts";
import { type CommandCall, type CommandDefinition, FlagsError, integer } from "./flags.ts";
import { commandLine } from "./_place.ts";
import { parsePlannedCommand, type PlannedFlags } from "./_planned_command.ts";
import { checkJobPaths, writeSlurmJobs } from "./_slurm.ts";
import { checkSlurmFlags, declareSlurm, type SlurmFlags } from "./_slurm_flags.ts";
import { SURVEY_FOLDER } from "./_units.ts";
import { VERSION } from "./version.ts";
import { warn } from "./_warn.ts";

/** The file of a plan's folder that is locked while it is planned. */
const LOCK = "plan.lock";

/** Matches flags of `plan` itself. */
const OWN_FLAG = /^(--(?:plan|per-unit|slurm|slurm-(?:cap|cpus|memory|time|option)))(?:=|$)/;

interface PlanFlags extends SlurmFlags {
  readonly plan?: string | undefined;
  readonly perUnit?: number | undefined;
}

/** Command `plan`. */
export const command: CommandDefinition<PlanFlags> = {
  name: "plan",
  summary:
    "Divides the work of a command into units that machines of a cluster do by themselves: work does one, " +
    "gather puts them together, to the same files as the command itself.",
  examples: [
    [
      "deno task plan --plan plans/cv crossval --data train.npz --out runs/cv",
      "a unit for each fold",
    ],
    [
      "deno task plan --plan plans/cv --slurm --slurm-cap 20 crossval --data train.npz",
      "with jobs for Slurm, which sh plans/cv/slurm/submit.sh submits",
    ],
    ["deno task work --plan plans/cv --unit 1", "does the first; others do the others"],
    ["deno task gather --plan plans/cv", "writes runs/cv, as crossval would have"],
  ],
  declare: (command) =>
    declareSlurm(
      command
        .argument("<command>", "the command whose work is divided")
        .argument("[flags...]", "its flags")
        .passThroughOptions()
        .option(
          "--plan <dir>",
          "folder to write the plan to, which the units are done in; like the flags below, it stands before the command",
        )
        .option(
          "--per-unit <n>",
          "models, trials, blocks, samples or files of a unit at most (default: one, or five minutes of blocks or samples)",
          integer(1),
        ),
    ),
  run: plan,
};

async function plan(
  { plan: folder, perUnit, ...slurm }: PlanFlags,
  call: CommandCall,
): Promise<void> {
  refuseMisplaced(call.args);
  if (folder === undefined) {
    throw new FlagsError(
      `Cannot plan: found no --plan, expected the folder to write the plan to: ${
        commandLine("plan")
      } --plan DIR ${call.args[0]} …`,
    );
  }
  checkSlurmFlags(slurm);
  if (slurm.slurm) checkJobPaths(folder);
  const planned = await parsePlannedCommand(call.args, `${folder}/result`);
  const { name, flags, args, given } = planned;
  refuseInPlan(flags.out, folder);
  await using _ = await takeNew(folder);
  const { signal } = call;
  const division = await planned.units
    .plan(flags, { signal, args, given, folder: resolve(folder), perUnit });
  const { units, inputs, arithmetic } = division;
  const head = {
    command: name,
    flags: reusable(flags),
    args,
    given: [...given],
    plannedIn: resolve("."),
    inputs,
    arithmetic,
    mostBytes: finite(usualMostBytes()),
    version: VERSION,
  };
  const written = await writePlan(folder, head, units);
  printPlan(written, folder);
  if (slurm.slurm) {
    const { startsOver } = planned.units;
    await writeSlurmJobs(folder, written, { flags: slurm, startsOver });
  }
}

/** A number as JSON keeps it. */
function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

/** Flags as JSON keeps them. */
function reusable(flags: PlannedFlags): PlannedFlags {
  return JSON.parse(JSON.stringify(flags));
}

/** Refuses flags of `plan` after the name of the command, which would be taken for that command's. */
function refuseMisplaced([name, ...words]: readonly string[]): void {
  const [flag] = words.flatMap((word) => OWN_FLAG.exec(word)?.[1] ?? []);
  if (flag === undefined) return;
  throw new FlagsError(
    `Cannot plan: found ${flag} after ${name}, expected it before: what stands after that name are its own flags`,
  );
}

/** Refuses a result among the plan's own files. */
function refuseInPlan(out: string, folder: string): void {
  const [first = ""] = relative(resolve(folder), resolve(out)).split(/[/\\]/);
  const isElsewhere = first === ".." || isAbsolute(first);
  if (isElsewhere || first === "result" || first.startsWith("result.")) return;
  throw new ContractError(
    `Cannot plan: --out ${out} is in the plan's own folder ${folder}, expected another folder, or ${folder}/result`,
  );
}

/**
 * Makes a folder that no other process plans in meanwhile. If nothing is written there, it is removed in the end.
 *
 * @throws {ContractError} If another process plans in it, or it holds anything.
 */
async function takeNew(folder: string): Promise<AsyncDisposable> {
  // Only a folder in which a plan may be gets a lock.
  await checkNew(folder);
  const lock = await takeLock(`${folder}/${LOCK}`, { onWarning: warn });
  if (lock === undefined) {
    throw new ContractError(
      `Cannot write plan to ${folder}: another plan is being written there now, expected another --plan`,
    );
  }
  const release = async () => {
    await lock.release({ remove: true });
    await removeIfEmpty(folder);
  };
  try {
    // Another one may have ended between the first look and the lock.
    await checkNew(folder);
  } catch (error) {
    await release();
    throw error;
  }
  return { [Symbol.asyncDispose]: release };
}

/** Refuses a folder that holds anything, but for what a plan leaves that is killed. */
async function checkNew(folder: string): Promise<void> {
  const kind = await pathKind(folder);
  if (kind === undefined) return;
  const isLeftover = (name: string) => name === SURVEY_FOLDER || name === LOCK;
  if (kind === "directory" && (await listDirectory(folder)).every(isLeftover)) return;
  throw new ContractError(
    `Cannot write plan to ${folder}: it ${
      kind === "file" ? "is a file" : "holds files already"
    }, expected a new folder`,
  );
}

function printPlan({ units, arithmetic, command, flags }: Plan, folder: string): void {
  const seconds = units.map(({ seconds }) => seconds ?? NaN);
  const total = seconds.reduce((sum, own) => sum + own, 0);
  const longest = greatestOf(seconds);
  const memory = greatestOf(units.map(({ memoryBytes }) => memoryBytes ?? NaN));
  console.log(`Planned: ${command} in ${formatCountOf(units.length, "unit")}, ${folder}/`);
  const time = Number.isNaN(total)
    ? "an unknown time"
    : `${formatDuration(total)} in all on machines like this one, ${
      formatDuration(longest)
    } for the longest unit`;
  const memoryText = Number.isNaN(memory) ? "unknown memory" : `${formatBytes(memory)} of memory`;
  console.log(`Expected: ${time}, ${memoryText} each`);
  if (arithmetic !== undefined) console.log(`Arithmetic: ${arithmetic}`);
  const at = `--plan ${quotePath(folder)}`;
  console.info(`Each unit: ${commandLine("work")} ${at} --unit 1 (to ${units.length})`);
  console.info(`At the end: ${commandLine("gather")} ${at}, which writes ${flags.out}`);
}
