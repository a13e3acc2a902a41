/** Where the user stands, and where the package's own files are. */

import { existsSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { ContractError } from "../errors.ts";
import { quotePath } from "../base/shell.ts";
import { leaveStandardOutput } from "./_console.ts";
import { readVariable } from "./_environment.ts";
import { STANDARD_OUTPUT } from "./_outputs.ts";
import { outputWidth, wrapCommand } from "./_wrap.ts";

/** The package's directory; `undefined` where it is not on this machine's disk. */
const ROOT = import.meta.url.startsWith("file:")
  ? fileURLToPath(new URL("../../", import.meta.url)).replace(/(?<=.)[/\\]$/, "")
  : undefined;

/** How a command line of this package starts where it is not a task: the name of the program. */
let program: string | undefined;

/** Notes that the command was called through a program, such as `histone`, rather than as a task. */
export function nameProgram(name: string): void {
  program = name;
}

/**
 * Changes to the directory that the user stands in, so that every relative path starts there: `deno task` runs a command
 * in the package's directory, and tells in `INIT_CWD` where it was called. A command that was started without it, in
 * whatever other directory, stays there, and so does a program.
 */
export function standWhereCalled(): void {
  if (program !== undefined) return;
  const called = readVariable("INIT_CWD");
  if (called !== undefined && ROOT !== undefined && Deno.cwd() === Deno.realPathSync(ROOT)) {
    Deno.chdir(called);
  }
}

/**
 * The path of one of the package's own files, as short as it can be from where the user stands; `undefined` where the
 * package is no clone but was fetched, and has its code alone.
 */
export function findPackageFile(path: string): string | undefined {
  if (ROOT === undefined) return undefined;
  const file = resolve(ROOT, path);
  return existsSync(file) ? shorten(file) : undefined;
}

/** A path without the directory that the user stands in, where it is below that. */
function shorten(path: string): string {
  const short = relative(Deno.realPathSync("."), path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}

/**
 * How a command of this package is called from where the user stands: by the program's name, or as a task, whose
 * definition Deno looks for in the directories above.
 */
export function commandLine(name: string): string {
  if (program !== undefined || ROOT === undefined) return `${program ?? "histone"} ${name}`;
  const below = relative(Deno.realPathSync(ROOT), Deno.realPathSync("."));
  if (!below.startsWith("..") && !isAbsolute(below)) return `deno task ${name}`;
  return `deno task --config ${quotePath(resolve(ROOT, "deno.json"))} ${name}`;
}

/** An example of a definition, which is written as a task, as the user would call it. */
export function showExample(example: string): string {
  return program === undefined ? example : example.replace("deno task", () => `${program}`);
}

/** The line that names what to do next, such as `Next: deno task doctor data.npz`, to be copied as it stands. */
export function formatNext(label: string, command: string): string {
  return wrapCommand(`${label}: ${command}`, { width: outputWidth(), indent: "  " });
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
    if (name === "out") leaveStandardOutput();
  }
}
