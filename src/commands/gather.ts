/** Command `gather`: puts the units of a plan together. */

import { resolve } from "node:path";
import { formatCountOf } from "../base/count.ts";
import { quotePath } from "../base/shell.ts";
import { addUnits, readPlan } from "../cluster/plan_file.ts";
import {
  finishGathering,
  forgetGathering,
  type GatheringState,
  isGathered,
  keepGathered,
  startGathering,
} from "../cluster/gathering.ts";
import { type Plan, type Unit, unitFolder } from "../cluster/plan.ts";
import { checkMade, readDone } from "../cluster/unit_folder.ts";
import { ContractError } from "../errors.ts";
import { takeLock } from "../files/lock.ts";
import type { CommandCall, CommandDefinition } from "./flags.ts";
import { commandLine } from "./_place.ts";
import { enterPlannedCommand, type PlannedCommand } from "./_planned_command.ts";
import type { FinishedUnit, Gathered } from "./_units.ts";
import { warn } from "./_warn.ts";

interface GatherFlags {
  readonly plan: string;
}

/** As many units that are missing are named. */
const MOST_NAMED = 20;

/** Command `gather`. */
export const command: CommandDefinition<GatherFlags> = {
  name: "gather",
  summary:
    "Checks that all units of a plan are done, and writes what the planned command would have written by itself, to " +
    "the same bits. If units are missing, it names them.",
  examples: [["deno task gather --plan plans/cv", "writes what the plan's --out names"]],
  declare: (command) => command.requiredOption("--plan <dir>", "folder of the plan"),
  run: gather,
};

async function gather({ plan: given }: GatherFlags, call: CommandCall): Promise<void> {
  const folder = resolve(given);
  // Only a folder that holds a plan gets a lock.
  await readPlan(folder);
  const lock = await takeLock(`${folder}/gather.lock`, { onWarning: warn });
  if (lock === undefined) {
    throw new ContractError(`Cannot gather ${given}: another process gathers it now`);
  }
  try {
    // Another gathering may have added units until now.
    const plan = await readPlan(folder);
    const planned = await enterPlannedCommand(plan, `${folder}/plan.json`);
    const { name, flags } = planned;
    const state = await isGathered(folder, { plan, out: flags.out });
    if (state === "done") {
      console.log(`${given} is gathered already: the result is in ${flags.out}`);
      return;
    }
    const finished = await findFinished(folder, { plan, given });
    const { signal } = call;
    const { next } = await gatherUnits(planned, { folder, plan, state, finished, signal })
      .catch((error) => {
        throw adviseGathering(error, flags.out);
      });
    if (next.length > 0) {
      await forgetGathering(folder);
      const { units: { length } } = await addUnits(folder, plan, next);
      console.log(
        `Planned ${formatCountOf(next.length, "further unit")}, ${
          length - next.length + 1
        } to ${length}. ` +
          `Each: ${commandLine("work")} --plan ${quotePath(given)} --unit ${
            length - next.length + 1
          }, then gather again`,
      );
      return;
    }
    await finishGathering(folder, { plan, out: flags.out });
    console.info(`Gathered: ${formatCountOf(finished.length, "unit")} of ${name} in ${flags.out}`);
  } finally {
    await lock.release({ remove: true });
  }
}

/** Has the command put its units together. */
function gatherUnits(
  { units, flags, args, given }: PlannedCommand,
  { folder, plan, state, finished, signal }: {
    readonly folder: string;
    readonly plan: Plan;
    readonly state: GatheringState;
    readonly finished: readonly FinishedUnit[];
    readonly signal: AbortSignal;
  },
): Promise<Gathered> {
  return units.gather(flags, {
    signal,
    args,
    given,
    plan,
    units: finished,
    isRepeated: state !== "not",
    holdsOwn: state === "kept",
    // What is in its place stays known as the plan's own until something else is.
    begin: async () => {
      if (state !== "kept") await startGathering(folder, plan);
    },
    keep: (temporary) => keepGathered(folder, { plan, out: temporary }),
  });
}

/** An error whose advice is about flags that `gather` does not have says where these are given, and what else helps. */
function adviseGathering(error: unknown, out: string): unknown {
  if (!(error instanceof ContractError) || !error.message.includes("--overwrite")) return error;
  return new ContractError(
    `${error.message}. gather has neither flag: plan again with one, or move ${
      quotePath(out)
    } away and gather again`,
    { cause: error },
  );
}

/**
 * Finds the units, all of which must be done, and checks what they made.
 *
 * @throws {ContractError} If a unit is missing, or is of another plan, of other arithmetic or changed.
 */
async function findFinished(
  folder: string,
  { plan, given }: { readonly plan: Plan; readonly given: string },
): Promise<FinishedUnit[]> {
  const finished: FinishedUnit[] = [];
  const missing: Unit[] = [];
  for (const unit of plan.units) {
    const done = await readDone(folder, { plan, unit });
    if (done === undefined) missing.push(unit);
    else finished.push({ ...unit, folder: unitFolder(folder, unit.id), done });
  }
  if (missing.length > 0) throw missingUnits(missing, { plan, given });
  checkOneArithmetic(finished, plan);
  for (const unit of finished) await checkMade(folder, { unit, done: unit.done });
  return finished;
}

function missingUnits(
  missing: readonly Unit[],
  { plan, given }: { readonly plan: Plan; readonly given: string },
): ContractError {
  const numbers = missing.map(({ unit }) => unit);
  const more = numbers.length - MOST_NAMED;
  const named = numbers.slice(0, MOST_NAMED).join(", ") + (more > 0 ? ` and ${more} more` : "");
  return new ContractError(
    `Cannot gather ${given}: ${missing.length} of ${formatCountOf(plan.units.length, "unit")} ${
      plan.units.length === 1 ? "is" : "are"
    } not done: ${named}, ` +
      `expected all of them. Do one: ${commandLine("work")} --plan ${quotePath(given)} --unit ${
        numbers[0]
      }`,
  );
}

/** Refuses units that were computed with different arithmetic: together they would give the bits of neither. */
function checkOneArithmetic(units: readonly FinishedUnit[], plan: Plan): void {
  for (const { unit, done: { arithmetic } } of units) {
    if (arithmetic === plan.arithmetic) continue;
    throw new ContractError(
      `Cannot gather: unit ${unit} was computed with other arithmetic (${
        arithmetic ?? "none"
      }) than the plan names (${
        plan.arithmetic ?? "none"
      }). Remove its folder, and do it on a machine like the others`,
    );
  }
}
