/** Flags from a file, which those on the command line override. */

import type { Command, Option } from "commander";
import { showValue } from "../base/show_value.ts";
import { FormatError } from "../errors.ts";
import { expectedValue, wordOf } from "./_flag_kinds.ts";
import { readJson } from "../runs/json.ts";

const FLAG = "--config";

/**
 * Reads the file that `--config` names: a JSON object, long names of flags with their values. Relative paths in it
 * start at the user's directory, as those on the command line do.
 *
 * @param make Makes the parser of the command's flags.
 * @param args The command line.
 * @returns Its flags as words of a command line, without those that the command line has or that exclude one of them.
 * @throws {FormatError} If a name is not that of a flag of this command, or the flag does not take the value.
 */
export async function readConfigFile(
  make: () => Command,
  args: readonly string[],
): Promise<string[]> {
  if (!args.some((arg) => arg === FLAG || arg.startsWith(`${FLAG}=`))) return [];
  // This parser is thrown away: a parser keeps the values that it has seen.
  const command = make();
  command.parseOptions([...args]);
  const file: unknown = command.opts().config;
  if (typeof file !== "string") return [];
  const flags = await readJson(file, "read --config");
  if (typeof flags !== "object" || flags === null || Array.isArray(flags)) {
    throw new FormatError(`Cannot read --config: found ${showValue(flags)}, expected an object`, {
      file,
    });
  }
  const given = command.options.filter((option) =>
    command.getOptionValueSource(option.attributeName()) === "cli"
  );
  // For example, a file with all flags is used with --resume, which excludes most of them.
  const settled = new Set([
    ...given.map((option) => option.attributeName()),
    ...given.flatMap(conflictsOf),
  ]);
  return Object.entries(flags).flatMap(([name, value]) => {
    const option = findOption(command, { name, file });
    const words = wordsOf(command, option, { name, value, file });
    return settled.has(option.attributeName()) ? [] : words;
  });
}

/** The flags that another flag excludes. */
function conflictsOf(option: Option): string[] {
  const names: unknown = Reflect.get(option, "conflictsWith");
  return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
}

/** Finds the option that has a long name. */
function findOption(
  command: Command,
  { name, file }: { readonly name: string; readonly file: string },
): Option {
  const option = command.options.find(({ long }) => long === `--${name}`);
  if (option !== undefined && option.long !== FLAG) return option;
  const known = command.options.map(({ long }) => long?.slice(2)).filter((long) =>
    long !== undefined && long !== FLAG.slice(2)
  );
  throw new FormatError(
    `Cannot read --config: found ${showValue(name)}, expected names of this command's flags: ${
      known.join(", ")
    }`,
    { file },
  );
}

/** Writes a flag and its value as words of a command line. */
function wordsOf(
  command: Command,
  option: Option,
  { name, value, file }: { readonly name: string; readonly value: unknown; readonly file: string },
): string[] {
  const flag = `--${name}`;
  const expected = expectedValue(option, value);
  if (expected !== undefined) {
    throw new FormatError(
      `Cannot read --config: found ${showValue(value)} for ${name}, expected ${expected}`,
      { file },
    );
  }
  if (typeof value !== "boolean") return [`${flag}=${wordOf(value)}`];
  if (value) return [flag];
  // A flag that is on by default is turned off by its opposite; one without an opposite is off already.
  const opposite = command.options.find(({ long }) => long === `--no-${name}`);
  return opposite === undefined ? [] : [`--no-${name}`];
}
