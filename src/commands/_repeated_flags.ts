/** Flags of several values that are given twice, of which only the last counts. */

import type { Command, Option } from "commander";
import { warn } from "./_warn.ts";

/**
 * Notes which flags of several values, such as `--data`, a parser meets twice. That the last one counts lets a script put
 * its own flags before a user's; but who gave two lists meant both.
 *
 * @returns Prints a warning for each, once the command line is parsed.
 */
export function watchRepeatedFlags(command: Command): () => void {
  const given = new Map<Option, string[]>();
  for (const option of command.options.filter(takesSeveral)) {
    const values: string[] = [];
    given.set(option, values);
    // The parser tells of each flag that it meets, in order.
    command.on(`option:${option.name()}`, (value: string) => void values.push(value));
  }
  return () => {
    for (const [option, values] of given) {
      const isLost = new Set(values).size > 1 && !gathers(option, values, command);
      if (isLost) warn(describeRepeat(option, values.at(-1)!));
    }
  };
}

/** Whether a flag's value may have several parts, as its help says by a plural or in words. */
function takesSeveral({ flags, description }: Option): boolean {
  return /<(\w+s|list|n,…)>$/.test(flags) || description.includes("several with commas");
}

/** Whether a flag adds what is given again to what was given first. */
function gathers(option: Option, [first = ""]: readonly string[], command: Command): boolean {
  const value: unknown = command.getOptionValue(option.attributeName());
  const parsed: unknown = option.parseArg?.(first, undefined);
  return Array.isArray(value) && Array.isArray(parsed) &&
    parsed.every((word) => value.includes(word));
}

function describeRepeat(option: Option, last: string): string {
  return `${option.long} is given more than once, and the last one counts: ${last}. ` +
    "Several values stand in one flag, with commas between them";
}
