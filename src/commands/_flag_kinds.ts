/** The flags that the command that runs declares: what a file of flags holds has to be what they could have given. */

import { type Command, InvalidArgumentError, type Option } from "commander";
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
 * Flags that a run was started with, from a file; those that are missing have their defaults.
 *
 * @throws {FormatError} If the file holds no flags, or one of them is nothing that the command line could have given.
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
    // Outside of a command, as in a user's own program, none are declared.
    if (
      declared.size > 0 && !options.some((option) => expectedValue(option, value) === undefined)
    ) {
      fail(`flag ${name} is ${showValue(value)}, which this command does not take`);
    }
  }
  return { ...defaults(), ...flags } as Flags;
}

/**
 * What an option takes instead of a value, as the end of a sentence; `undefined` if it takes it: a flag without a value
 * takes true and false, a flag of text a text, any other what its parser makes of the value's text; a flag that may stand
 * without its value takes true, too.
 */
export function expectedValue(option: Option, value: unknown): string | undefined {
  if (option.isBoolean() || option.negate) {
    return typeof value === "boolean" ? undefined : "true or false";
  }
  // Which may stand without a value.
  if (option.optional && value === true) return undefined;
  if (option.parseArg === undefined) return typeof value === "string" ? undefined : "a text";
  try {
    const parsed: unknown = option.parseArg(wordOf(value), undefined);
    if (parsed === value || isDeepStrictEqual(parsed, value)) return undefined;
    return Array.isArray(parsed) ? "a list of texts" : `a ${typeof parsed}`;
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    return error.message.replace(/^Expected /, "").replace(/\.$/, "");
  }
}

/** A flag's value as a word of a command line. */
export function wordOf(value: unknown): string {
  return Array.isArray(value) ? value.join(",") : String(value);
}

function defaults(): Record<string, unknown> {
  const options = [...declared.values()].flat();
  return Object.fromEntries(
    options.flatMap((option) =>
      option.defaultValue === undefined ? [] : [[option.attributeName(), option.defaultValue]]
    ),
  );
}
