/** The flags of the running command. A file may hold only values that these flags could have been given. */

import { type Command, InvalidArgumentError, type Option } from "commander";
import { isDeepStrictEqual } from "node:util";
import { showValue } from "../base/show_value.ts";
import { FormatError } from "../errors.ts";

/** The options of the running command, by the names of their values. */
const declared = new Map<string, Option[]>();

/** Records the flags of the running command. */
export function recordFlags(command: Command): void {
  // A command that does another one's work, such as `work`, records that one's flags in place of its own.
  declared.clear();
  for (const option of command.options) {
    const name = option.attributeName();
    declared.set(name, [...declared.get(name) ?? [], option]);
  }
}

/**
 * Checks flags that a run was started with and kept in a file; those that are missing get their defaults.
 *
 * @throws {FormatError} If the file holds no flags, or a value that the command line could not have given.
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
    // Outside a command, as in a user's own program, no flags are declared.
    if (
      declared.size > 0 && !options.some((option) => expectedValue(option, value) === undefined)
    ) {
      fail(`flag ${name} is ${showValue(value)}, which this command does not take`);
    }
  }
  return { ...defaults(), ...flags } as Flags;
}

/**
 * Describes the values that an option takes, to end a sentence, unless it takes the given value: then `undefined`. A
 * flag without a value takes true and false, a flag without a parser takes text, and any other takes what its parser
 * returns for the value's text. A flag whose value is optional takes
 * true as well.
 */
export function expectedValue(option: Option, value: unknown): string | undefined {
  if (option.isBoolean() || option.negate) {
    return typeof value === "boolean" ? undefined : "true or false";
  }
  if (option.optional && value === true) return undefined;
  if (option.parseArg === undefined) return typeof value === "string" ? undefined : "a string";
  try {
    const parsed: unknown = option.parseArg(wordOf(value), undefined);
    if (parsed === value || isDeepStrictEqual(parsed, value)) return undefined;
    return Array.isArray(parsed) ? "a list of strings" : `a ${typeof parsed}`;
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    return error.message.replace(/^Expected /, "").replace(/\.$/, "");
  }
}

/** Formats a flag's value as a word of a command line. */
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
