/** Command `work`: does a unit of a plan. */

import { resolve } from "node:path";
import { formatDuration } from "../base/duration.ts";
import { quotePath } from "../base/shell.ts";
import { readPlan } from "../cluster/plan_file.ts";
import type { Plan, Unit } from "../cluster/plan.ts";
import { readDone, takeUnit } from "../cluster/unit_folder.ts";
import { ContractError } from "../errors.ts";
import {
  type CommandCall,
  type CommandDefinition,
  FlagsError,
  integer,
  Interrupted,
} from "./flags.ts";
import { readVariable } from "./_environment.ts";
import { commandLine } from "./_place.ts";
import { enterPlannedCommand } from "./_planned_command.ts";
import { warn } from "./_warn.ts";

interface WorkFlags {
  readonly plan: string;
  readonly unit?: number | undefined;
}

/** Variables with which schedulers number the jobs of an array, and the number of the first. */
const JOB_NUMBERS = [
  { name: "SLURM_ARRAY_TASK_ID", first: 1 },
  { name: "SGE_TASK_ID", first: 1 },
  { name: "JOB_COMPLETION_INDEX", first: 0 },
] as const;

/** Command `work`. */
export const command: CommandDefinition<WorkFlags> = {
  name: "work",
  summary:
    "Does one unit of a plan into its own folder, whole or not at all. A unit that is done is skipped, one that was " +
    "stopped is resumed.",
  examples: [
    ["deno task work --plan plans/cv --unit 3", "the third unit"],
    [
      "deno task work --plan plans/cv",
      "the unit that a job of an array is for: SLURM_ARRAY_TASK_ID, SGE_TASK_ID, or JOB_COMPLETION_INDEX + 1",
    ],
  ],
  declare: (command) =>
    command
      .requiredOption("--plan <dir>", "folder of the plan")
      .option(
        "--unit <k>",
        `number of the unit, from 1 (default: by ${
          JOB_NUMBERS.map(({ name }) => name).join(", ")
        })`,
        integer(1),
      ),
  run: work,
};

async function work(flags: WorkFlags, call: CommandCall): Promise<void> {
  const folder = resolve(flags.plan);
  const plan = await readPlan(folder);
  const unit = findUnit(plan, flags.unit ?? unitOfJob());
  const what = `Unit ${unit.unit} of ${plan.units.length} (${unit.does})`;
  const isDone = async () => await readDone(folder, { plan, unit }) !== undefined;
  const skip = () => console.log(`${what} is done already: skipped`);
  if (await isDone()) return skip();
  await checkNeeds(folder, { plan, unit });
  const planned = await enterPlannedCommand(plan, `${folder}/plan.json`);
  await using owned = await takeUnit({ folder, plan, unit, onWarning: warn });
  if (owned === undefined) {
    throw new ContractError(`Cannot do unit ${unit.unit}: another process works on it now`);
  }
  // It may have been done between the first look and the lock.
  if (await isDone()) return skip();
  console.info(`${what}: ${plan.command}`);
  const started = performance.now();
  const { arithmetic } = await planned.units
    .work(planned.flags, {
      signal: call.signal,
      args: planned.args,
      given: planned.given,
      plan,
      unit,
      folder: owned.folder,
    })
    .catch((error) => {
      if (error !== call.signal.reason && !(error instanceof Interrupted)) throw error;
      throw new Interrupted(
        `Interrupted: ${what} ${
          planned.units.startsOver ? "kept nothing. Start it over" : "kept its progress. Resume"
        }: ${commandLine("work")} --plan ${quotePath(flags.plan)} --unit ${unit.unit}`,
      );
    });
  const seconds = (performance.now() - started) / 1000;
  await owned.finish({ arithmetic, seconds });
  console.log(`${what}: done in ${formatDuration(seconds)}`);
}

function findUnit({ units }: Plan, number: number): Unit {
  const unit = units[number - 1];
  if (unit !== undefined) return unit;
  throw new ContractError(
    `Cannot do unit ${number}: the plan has ${units.length}, expected a number from 1 to ${units.length}`,
  );
}

/** Refuses a unit that needs others which are not done. */
async function checkNeeds(
  folder: string,
  { plan, unit }: { readonly plan: Plan; readonly unit: Unit },
): Promise<void> {
  for (const needed of plan.units.filter(({ id }) => unit.needs.includes(id))) {
    if (await readDone(folder, { plan, unit: needed }) !== undefined) continue;
    throw new ContractError(
      `Cannot do unit ${unit.unit}: it needs unit ${needed.unit} (${needed.does}), which is not done, expected that first`,
    );
  }
}

/** The unit that the scheduler's job is for. */
function unitOfJob(): number {
  const found = JOB_NUMBERS.flatMap(({ name, first }) => {
    const value = readVariable(name);
    // Grid Engine sets this for jobs that are not in an array.
    if (value === undefined || value === "undefined") return [];
    if (/^\d{1,9}$/.test(value)) return { name, unit: Number(value) - first + 1 };
    throw new ContractError(
      `Cannot choose unit: ${name} is ${JSON.stringify(value)}, expected a number`,
    );
  });
  const [job, other] = found;
  if (job === undefined) {
    throw new FlagsError(
      `Cannot choose unit: found neither --unit nor ${
        JOB_NUMBERS.map(({ name }) => name).join(", ")
      }, expected one of them`,
    );
  }
  if (other === undefined || other.unit === job.unit) return job.unit;
  throw new ContractError(
    `Cannot choose unit: ${job.name} says ${job.unit}, ${other.name} says ${other.unit}, expected one of them, or --unit`,
  );
}
