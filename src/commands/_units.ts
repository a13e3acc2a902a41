/** How a command's work is divided into units, done by several machines, and put together. */

import type { DoneUnit } from "../cluster/unit_folder.ts";
import type { Plan, PlannedUnit, Unit } from "../cluster/plan.ts";
import type { Inputs } from "../runs/inputs.ts";
import type { CommandCall } from "./_command_call.ts";

/** The folder below the plan's that a command may use while it plans; one that is there is a leftover. */
export const SURVEY_FOLDER = "survey";

/** What `plan` tells a command. */
export interface PlanCall extends CommandCall {
  /** The plan's folder, which is empty but for a leftover of {@linkcode SURVEY_FOLDER}; what is written there must be removed again. */
  readonly folder: string;
  /** How many runs, trials or files a unit has at most, if the user said so. */
  readonly perUnit?: number | undefined;
}

/** How a command's work is divided. */
export interface Division {
  readonly units: readonly PlannedUnit[];
  /** The files that the command reads, by their flags. */
  readonly inputs: Inputs;
  /** The arithmetic with which all units must be computed; absent if results do not depend on it. */
  readonly arithmetic?: string | undefined;
}

/** What `work` tells a command. */
export interface WorkCall extends CommandCall {
  readonly plan: Plan;
  readonly unit: Unit;
  /** The unit's own folder: everything that is there in the end is the unit's result. Nothing else may be written. */
  readonly folder: string;
}

/** What a unit was computed with. */
export interface WorkDone {
  /** The arithmetic with which it was computed, if its result depends on that. */
  readonly arithmetic?: string | undefined;
}

/** A unit that is done, and whose files are as it left them. */
export interface FinishedUnit extends Unit {
  readonly folder: string;
  readonly done: DoneUnit;
}

/** What `gather` tells a command. */
export interface GatherCall extends CommandCall {
  readonly plan: Plan;
  readonly units: readonly FinishedUnit[];
  /** Whether an earlier `gather` of this plan, which did not come to its end, has left files in `--out`. */
  readonly isRepeated: boolean;
  /** Whether `--out` is the file or folder that such an earlier `gather` told `keep` of: it may be replaced. */
  readonly holdsOwn: boolean;
  /** Must be called immediately before anything in `--out` is changed: what is there then may be replaced from now on. */
  readonly begin: () => Promise<void>;
  /**
   * Records a result that is one file or folder, given its path before it has its name: then it is known as the plan's own,
   * however soon the process ends.
   */
  readonly keep: (temporary: string) => Promise<void>;
}

/** What `gather` has come to. */
export interface Gathered {
  /** Units that must be done next, such as those of the next rung of a search; none if the result is written. */
  readonly next: readonly PlannedUnit[];
}

/**
 * How a command's work is divided into units. All functions are called in the folder in which the plan was made, with the
 * flags and arguments of the divided command; `--out` is there always: without it in the command line, it is the folder `result` of the plan.
 */
export interface UnitKind<Flags> {
  /** Whether a unit that was stopped starts over, so that it never ends where the time of a job is less than it takes. */
  readonly startsOver?: true | undefined;
  /** Lists the units, after everything that can be checked without the work was checked. It writes nothing that stays. */
  readonly plan: (flags: Flags, call: PlanCall) => Promise<Division>;
  /**
   * Does a unit, or resumes it where an earlier call left it. If `call.signal` aborts, it keeps its progress, unless it
   * starts over, and throws the signal's reason.
   */
  readonly work: (flags: Flags, call: WorkCall) => Promise<WorkDone>;
  /**
   * Puts the results of all units where the command's own `--resume` looks for finished parts, and calls the command with
   * it: then the result is the same as that of one process. It may be called again after it was killed.
   */
  readonly gather: (flags: Flags, call: GatherCall) => Promise<Gathered>;
}
