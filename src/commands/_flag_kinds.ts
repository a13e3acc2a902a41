/** The flags that the command that runs declares: what a file of flags holds has to be what they could have given. */

import type { Command, Option } from "commander";
import { isDeepStrictEqual } from "node:util";
import { showValue } from "../base/show_value.ts";
import { FormatError } from "../errors.ts";

/** Of the command that runs, by the name under which it finds a flag's value. */
const declared = new Map<string, Option[]>();

/** Notes the flags of the command that runs. */
export function knowFlags(command: Command): void {
  for (const option of command.options) {
    const name = option.attributeName();
    declared.set(name, [...declared.get(name) ?? [], option]);
  }
}

/**
 * Flags that a run was begun with, from a file; those that are missing have the values they have when they are left
 * out.
 *
 * @throws {FormatError} If there are none, or one of them is nothing that the command line could have given.
 */
export function checkKeptFlags<Flags>(flags: unknown, file: string): Flags {
  const fail = (found: string): never => {
    throw new FormatError(`Cannot resume: ${found}`, { file });
  };
  if (typeof flags !== "object" || flags === null || Array.isArray(flags)) {
    return fail(`flags is ${showValue(flags)}, expected an object`);
  }
  for (const [name, value] of Object.entries(flags)) {
    const options = declared.get(name) ?? [];
    // Outside of a command, as in a program of one's own, none are declared.
    if (declared.size > 0 && !options.some((option) => couldGive(option, value))) {
      fail(`flag ${name} is ${showValue(value)}, which this command does not take`);
    }
  }
  return { ...defaults(), ...flags } as Flags;
}

/** Whether an option can have a value. */
function couldGive(option: Option, value: unknown): boolean {
  if (typeof value === "boolean") return option.isBoolean() || option.negate || option.optional;
  if (option.isBoolean() || option.negate) return false;
  if (option.parseArg === undefined) return typeof value === "string";
  const typed = Array.isArray(value) ? value.join(",") : String(value);
  try {
    return isDeepStrictEqual(option.parseArg(typed, undefined), value);
  } catch {
    return false;
  }
}

function defaults(): Record<string, unknown> {
  const options = [...declared.values()].flat();
  return Object.fromEntries(
    options.flatMap((option) =>
      option.defaultValue === undefined ? [] : [[option.attributeName(), option.defaultValue]]
    ),
  );
}
