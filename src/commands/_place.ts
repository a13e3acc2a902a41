/** Where the user stands, and where the package's own files are. */

import { isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { ContractError } from "../errors.ts";
import { quotePath } from "../base/shell.ts";
import { STANDARD_OUTPUT } from "./_outputs.ts";

/** The package's directory. */
const ROOT = fileURLToPath(new URL("../../", import.meta.url)).replace(/(?<=.)[/\\]$/, "");

/**
 * Goes to the directory that the user stands in, so that every relative path starts there: `deno task` runs a command
 * in the package's directory, and tells in `INIT_CWD` where it was called. A command that was started without it, in
 * whatever other directory, stays there.
 */
export function standWhereCalled(): void {
  const called = Deno.env.get("INIT_CWD");
  if (called !== undefined && called !== "" && Deno.cwd() === Deno.realPathSync(ROOT)) {
    Deno.chdir(called);
  }
}

/** The path of one of the package's own files, as short as it can be from where the user stands. */
export function packageFile(path: string): string {
  return shorten(resolve(ROOT, path));
}

/** A path without the directory that the user stands in, where it is below that. */
function shorten(path: string): string {
  const short = relative(Deno.realPathSync("."), path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}

/** How a task of this package is called from where the user stands: Deno looks for its definition in the directories above. */
export function taskCall(name: string): string {
  const below = relative(Deno.realPathSync(ROOT), Deno.realPathSync("."));
  if (!below.startsWith("..") && !isAbsolute(below)) return `deno task ${name}`;
  return `deno task --config ${quotePath(resolve(ROOT, "deno.json"))} ${name}`;
}

/** Options that take a path are told by what stands for their value. */
const PATH_OPTION = /<(file|path|dir)>/;
/** Names of the flags that take paths, of the command that runs. */
const pathFlags = new Set<string>();

/**
 * Flags of the command that runs, their paths such that they lead to the same files from any directory.
 *
 * @param flags The flags.
 * @param directory Where relative paths start.
 */
export function absolutePaths<Flags extends object>(flags: Flags, directory = "."): Flags {
  const resolved = Object.entries(flags).map((
    [name, value],
  ) => [
    name,
    pathFlags.has(name) && typeof value === "string" ? resolve(directory, value) : value,
  ]);
  return Object.fromEntries(resolved) as Flags;
}

/**
 * Notes which flags of a command take paths. Where the one file that it writes is `-`, standard output, all else that
 * it prints goes to standard error from here on.
 *
 * @throws {ContractError} If `-` stands for a directory.
 */
export function knowPaths(command: Command): void {
  for (const option of command.options.filter(({ flags }) => PATH_OPTION.test(flags))) {
    const name = option.attributeName();
    pathFlags.add(name);
    if (command.getOptionValue(name) !== STANDARD_OUTPUT) continue;
    if (option.flags.endsWith("<dir>")) {
      throw new ContractError(
        `Cannot use ${STANDARD_OUTPUT} as ${option.long}: expected a directory; one of that name is ./${STANDARD_OUTPUT}`,
      );
    }
    if (name === "out") console.log = console.error;
  }
}
