/** Runs the package's commands as a user would: a child process with the task's own permissions. */

import { PROGRAM_FLAGS } from "../../src/commands/version.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const { tasks }: { readonly tasks: Readonly<Record<string, { readonly command: string }>> } = JSON
  .parse(await Deno.readTextFile(`${ROOT}deno.json`));

/** What a finished command left. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What stands in a task's definition between `deno run` and the program. */
export function taskFlags(name: string): readonly string[] {
  return tasks[name]?.command.split(" ").slice(2, -1) ?? [];
}

/**
 * The command `deno task NAME ARGS` stands for, not yet started.
 *
 * @param options Those of the process, and `preload`, a module below `tests/helpers/` that runs before the program;
 *   `noFusing` for a processor without fused multiply-add.
 */
export function taskCommand(
  name: string,
  args: readonly string[],
  { preload, noFusing, ...options }: Deno.CommandOptions & {
    readonly preload?: string;
    readonly noFusing?: boolean;
  } = {},
): Deno.Command {
  const flags = [...taskFlags(name), ...(preload ? ["--preload", `tests/helpers/${preload}`] : [])];
  if (noFusing) flags.push("--v8-flags=--no-enable-fma3");
  const program = tasks[name]?.command.split(" ").at(-1) ?? `scripts/${name}.ts`;
  const line = ["run", ...flags, program, ...args];
  // As `deno task` does, which runs the tests, too, and may have been called anywhere.
  // Whole sentences, not lines of 80 columns.
  const env = { COLUMNS: "10000", INIT_CWD: ROOT, ...options.env };
  return new Deno.Command(Deno.execPath(), { args: line, cwd: ROOT, ...options, env });
}

/** The program that the package exports as `./cli`. */
export const PROGRAM = `${ROOT}src/commands/cli.ts`;

/**
 * The program `histone` as `deno run` runs it, not yet started.
 *
 * @param options Those of the process; it stands in the package's directory by default.
 */
export function programCommand(
  args: readonly string[],
  options: Deno.CommandOptions = {},
): Deno.Command {
  const line = ["run", "-q", ...PROGRAM_FLAGS, "--config", `${ROOT}deno.json`, PROGRAM, ...args];
  const env = { COLUMNS: "10000", ...options.env };
  return new Deno.Command(Deno.execPath(), { args: line, cwd: ROOT, ...options, env });
}

/** Runs a task to its end. */
export function runTask(name: string, ...args: readonly string[]): Promise<CommandResult> {
  return endOf(taskCommand(name, args));
}

/** Runs a command to its end. */
export async function endOf(command: Deno.Command): Promise<CommandResult> {
  const { code, stdout, stderr } = await command.output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}

/** Every file below a directory, as sorted paths relative to it. Folders in it may go meanwhile, as a running command's do. */
export function filesIn(directory: string, below = ""): string[] {
  const entries = entriesOf(directory, below);
  return entries.flatMap(({ name, isDirectory }) =>
    isDirectory ? filesIn(directory, `${below}${name}/`) : [`${below}${name}`]
  ).sort();
}

function entriesOf(directory: string, below: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(`${directory}/${below}`)];
  } catch (error) {
    if (below !== "" && error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Runs `body` with a new directory that is removed afterwards. */
export async function withDirectory(body: (directory: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    await body(directory);
  } finally {
    await removeDirectory(directory);
  }
}

/** Removes a directory. A program that was killed may still be writing there while the system ends its threads. */
async function removeDirectory(directory: string): Promise<void> {
  for (let tries = 1;; tries++) {
    try {
      return await Deno.remove(directory, { recursive: true });
    } catch (error) {
      if (tries === 20 || !/not empty/i.test(String(error))) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
