/** The user's directory, and the package's own files. */

import { existsSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Command } from "commander";
import { ContractError } from "../errors.ts";
import { quotePath } from "../base/shell.ts";
import { printToStandardError } from "./_console.ts";
import { readVariable } from "./_environment.ts";
import { STANDARD_OUTPUT } from "./_outputs.ts";
import { splitPaths } from "./_split_paths.ts";
import { outputWidth, wrapCommand } from "./_wrap.ts";

/** The package's directory; `undefined` if it is not on this machine's disk. */
const ROOT = import.meta.url.startsWith("file:")
  ? fileURLToPath(new URL("../../", import.meta.url)).replace(/(?<=.)[/\\]$/, "")
  : undefined;

/** The program's name, with which command lines of this package start if they are not tasks. */
let program: string | undefined;

/** The path of a bundle's launcher, which takes Deno's flag `--allow-net`; `undefined` if another program was called. */
let launcher: string | undefined;

/** Options of {@linkcode nameProgram}. */
interface NameProgramOptions {
  /** The path of a bundle's launcher, if it is one. */
  readonly launcher: string | undefined;
}

/** Records that the command was called through a program, such as `histone`, rather than as a task. */
export function nameProgram(name: string, options: NameProgramOptions): void {
  program = name;
  launcher = options.launcher;
}

/** How the command was called: the program's name, unless it is a task. */
export function callOf(): { readonly program: string | undefined } & NameProgramOptions {
  return { program, launcher };
}

/**
 * Changes to the user's directory, so that every relative path starts there: `deno task` runs a command in the
 * package's directory, and `INIT_CWD` says where it was called. A program, or a command that was started without `deno
 * task`, stays in its directory.
 */
export function enterCallersDirectory(): void {
  if (program !== undefined) return;
  const called = readVariable("INIT_CWD");
  if (called !== undefined && ROOT !== undefined && Deno.cwd() === Deno.realPathSync(ROOT)) {
    Deno.chdir(called);
  }
}

/**
 * Finds one of the package's own files: its path, as short as it can be from the user's directory, or `undefined` if
 * the package is not a clone but was fetched, with its code alone.
 */
export function findPackageFile(path: string): string | undefined {
  if (ROOT === undefined) return undefined;
  const file = resolve(ROOT, path);
  return existsSync(file) ? shorten(file) : undefined;
}

/** Removes the user's directory from a path below it. */
function shorten(path: string): string {
  const short = relative(Deno.realPathSync("."), path);
  return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
}

/**
 * Returns how a command of this package is called from the user's directory: by the program's name, or as a task, whose
 * definition Deno looks for in the directories above.
 */
export function commandLine(name: string): string {
  if (program !== undefined || ROOT === undefined) return `${program ?? "histone"} ${name}`;
  const below = relative(Deno.realPathSync(ROOT), Deno.realPathSync("."));
  if (!below.startsWith("..") && !isAbsolute(below)) return `deno task ${name}`;
  return `deno task --config ${quotePath(resolve(ROOT, "deno.json"))} ${name}`;
}

/** Replaces the calls of tasks in a text, such as an example or an error, with the calls that the user makes. */
export function showCalls(text: string): string {
  return program === undefined ? text : text.replaceAll("deno task", () => `${program}`);
}

/** Formats the line that says what to do next, such as `Next: deno task doctor data.npz`, ready to be copied. */
export function formatNext(label: string, command: string): string {
  return wrapCommand(`${label}: ${command}`, { width: outputWidth(), indent: "  " });
}

/** Matches the placeholder of an option that takes a path. */
const PATH_OPTION = /<(file|path|dir)>/;
/** Names of the running command's flags that take paths. */
const pathFlags = new Set<string>();

/**
 * Makes the paths among the running command's flags absolute.
 *
 * @param flags The flags.
 * @param directory Where relative paths start.
 */
export function absolutePaths<Flags extends object>(flags: Flags, directory = "."): Flags {
  const resolved = Object.entries(flags).map((
    [name, value],
  ) => [
    name,
    pathFlags.has(name) && typeof value === "string" ? resolvePaths(directory, value) : value,
  ]);
  return Object.fromEntries(resolved) as Flags;
}

/** Resolves a path, or each of several that are there, with commas between them, as data may be. */
function resolvePaths(directory: string, text: string): string {
  const all = splitPaths(text, directory).map((path) => resolve(directory, path));
  return all.every((path) => existsSync(path)) ? all.join(",") : resolve(directory, text);
}

/**
 * Records which flags of a command take paths. If the one file that it writes is `-`, standard output, everything else
 * that it prints is written to standard error from now on.
 *
 * @throws {ContractError} If `-` is given for a directory.
 */
export function recordPathFlags(command: Command): void {
  for (const option of command.options.filter(({ flags }) => PATH_OPTION.test(flags))) {
    const name = option.attributeName();
    pathFlags.add(name);
    if (command.getOptionValue(name) !== STANDARD_OUTPUT) continue;
    if (option.flags.endsWith("<dir>")) {
      throw new ContractError(
        `Cannot use ${STANDARD_OUTPUT} as ${option.long}: expected a directory; one of that name is ./${STANDARD_OUTPUT}`,
      );
    }
    if (name === "out") printToStandardError();
  }
}
