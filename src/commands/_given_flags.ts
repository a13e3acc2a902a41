/** Which flags of a command line the user gave. */

import type { Command } from "commander";

/** Names of the flags that were given, on the command line or in a file, rather than left at their defaults. */
export function givenFlags(command: Command): ReadonlySet<string> {
  const names = command.options.map((option) => option.attributeName());
  return new Set(names.filter((name) => {
    const source = command.getOptionValueSource(name);
    return source !== undefined && source !== "default";
  }));
}
