/** A plan: work of one command, divided into units that several machines do. */

import type { Inputs } from "../runs/inputs.ts";

/** A value as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | {
  readonly [name: string]: Json;
};

/** A share of a command's work, which one machine does. */
export interface PlannedUnit {
  /** Names the unit and its folder: letters, digits, dots and dashes. */
  readonly id: string;
  /** What it is, in words, such as `fold 1 of 4`. */
  readonly does: string;
  /** What it reads: names of the plan's input files, and ids of units that must be done before. */
  readonly needs: readonly string[];
  /** Files that it leaves in its folder; a path that ends with `/` is a folder of files. */
  readonly makes: readonly string[];
  /** Its seed, if it draws random numbers. */
  readonly seed?: number | undefined;
  /** Threads with which its time was estimated. */
  readonly threads: number;
  /** Bytes of memory that it is expected to take; absent if that cannot be measured. */
  readonly memoryBytes?: number | undefined;
  /** Seconds that it is expected to take on a machine like the one that planned; absent if that cannot be measured. */
  readonly seconds?: number | undefined;
  /** What the command must know to do it. */
  readonly settings: Json;
}

/** A unit of a plan that was written. */
export interface Unit extends PlannedUnit {
  /** Its number, from 1. */
  readonly unit: number;
}

/** What a plan is about: its units may grow in number, but this does not change. */
export interface PlanHead {
  /** The command whose work is divided. */
  readonly command: string;
  /** Its flags, as in the command line. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** Its arguments other than flags. */
  readonly args: readonly string[];
  /** Names of the flags that the command line gave. */
  readonly given: readonly string[];
  /** The folder in which the plan was made, where relative paths start. */
  readonly plannedIn: string;
  /** The files that it reads, with their digests. */
  readonly inputs: Inputs;
  /** The arithmetic with which all units must be computed; absent if the result does not depend on it. */
  readonly arithmetic?: string | undefined;
  /** Bytes of signal that data may take in memory on every machine where no flag says it; absent for no limit. */
  readonly mostBytes?: number | undefined;
  /** The package's version. */
  readonly version: string;
}

/** A plan as it is on disk. */
export interface Plan extends PlanHead {
  /** The SHA-256 of the plan's head, in hexadecimal digits, by which units know their plan. */
  readonly id: string;
  /** The units, in their order. */
  readonly units: readonly Unit[];
}

/** The folder of a unit. */
export function unitFolder(plan: string, id: string): string {
  return `${plan}/units/${id}`;
}
