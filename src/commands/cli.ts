/**
 * The program `histone`, which the tasks of a clone run too. From any folder, without a clone:
 *
 * ```sh
 * deno run --allow-read --allow-write --allow-net=egg2.wustl.edu \
 *   --allow-sys=systemMemoryInfo --allow-env=COLUMNS,XDG_RUNTIME_DIR \
 *   --allow-env=SLURM_CPUS_PER_TASK,SLURM_MEM_PER_CPU,SLURM_MEM_PER_NODE \
 *   --allow-env=JOB_COMPLETION_INDEX,SGE_TASK_ID,SLURM_ARRAY_TASK_ID \
 *   --v8-flags=--no-maglev-escape-analysis,--max-semi-space-size=1,--expose-gc \
 *   jsr:@waka/histone/cli train --data train.npz
 * ```
 *
 * `histone --help` lists the commands, `histone --version` has the line that installs it.
 *
 * @module
 */

import { Command, CommanderError } from "commander";
import { quotePath } from "../base/shell.ts";
import {
  briefOf,
  COMMAND_NAMES,
  type CommandName,
  isCommandName,
  loadCommand,
} from "./_commands.ts";
import { isShell, SHELLS, writeCompletion } from "./_completion.ts";
import { guardConsole } from "./_console.ts";
import { makeOutputConfiguration } from "./_describe.ts";
import { formatError } from "./_error_line.ts";
import { nameProgram } from "./_place.ts";
import { formatVersion } from "./version.ts";
import { outputWidth } from "./_wrap.ts";
import { EXIT_BAD_FLAGS, EXIT_FAILED, runCommand } from "./run_command.ts";

export type { CommandName };

/** The flag with which a launcher of another name or place says how it was called. */
const CALLED_AS = "--called-as=";

/**
 * Runs a command as its task does, and ends the process with its exit code.
 *
 * @param name The command.
 * @param args Its flags and arguments; those of the process by default.
 * @returns Never: the process ends.
 *
 * @example How `scripts/train.ts` runs its command
 * ```ts
 * import { strictEqual } from "node:assert";
 *
 * const cli = import.meta.resolve("@waka/histone/cli");
 * const code = `import { runTask } from "${cli}"; await runTask("train", ["--help"]);`;
 * const { success } = await new Deno.Command(Deno.execPath(), { args: ["eval", code] }).output();
 * strictEqual(success, true);
 * ```
 */
export async function runTask(
  name: CommandName,
  args: readonly string[] = Deno.args,
): Promise<never> {
  return await runCommand(await loadCommand(name), args);
}

/**
 * Runs the program `histone`: a command and its flags, `--help`, `--version` or `completion SHELL`. It ends the process
 * with the command's exit code.
 *
 * @param args What follows the program's name on the command line; that of the process by default.
 * @returns Never: the process ends.
 *
 * @example The version
 * ```ts
 * import { match } from "node:assert";
 *
 * const cli = import.meta.resolve("@waka/histone/cli");
 * const code = `import { runProgram } from "${cli}"; await runProgram(["--version"]);`;
 * const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["eval", code] }).output();
 * match(new TextDecoder().decode(stdout), /^histone \d+\.\d+\.\d+\n/);
 * ```
 */
export async function runProgram(args: readonly string[] = Deno.args): Promise<never> {
  const called = args[0]?.startsWith(CALLED_AS) ? args[0].slice(CALLED_AS.length) : undefined;
  const words = called === undefined ? args : args.slice(1);
  nameProgram(called === undefined ? "histone" : quotePath(called), { launcher: called });
  const [first, ...others] = words;
  if (isCommandName(first)) return await runTask(first, others);
  const [second] = others;
  if (first === "help" && isCommandName(second)) return await runTask(second, ["--help"]);
  guardConsole();
  try {
    await makeProgram(called === undefined).parseAsync(words, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) Deno.exit(error.exitCode === 0 ? 0 : EXIT_BAD_FLAGS);
    // Whoever read the output through a pipe, such as `head`, needs no more.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    console.error(`error: ${formatError(error)}`);
    Deno.exit(EXIT_FAILED);
  }
  Deno.exit(0);
}

/** Makes the parser of everything except the commands: help, version, completion and misspelt names. */
function makeProgram(isInstalled: boolean): Command {
  const width = outputWidth();
  const program = new Command("histone")
    .description("Predicts gene expression from histone marks.")
    .usage("<command> [flags]")
    .version(
      formatVersion({ width, isInstalled }),
      "--version",
      "print the version and how to install it",
    )
    .configureOutput(makeOutputConfiguration(width))
    .addHelpText("after", "\nhistone <command> --help lists the flags of a command.")
    .exitOverride();
  for (const name of COMMAND_NAMES) program.command(name).description(briefOf(name));
  program.command("completion")
    .description(`Print the completion of a shell: ${SHELLS.join(", ")}`)
    .argument("<shell>")
    .action(async (shell: string, _flags: unknown, command: Command) => {
      if (!isShell(shell)) {
        command.error(`error: unknown shell '${shell}', expected ${SHELLS.join(", ")}`);
      }
      await writeCompletion(shell);
    });
  return program;
}

if (import.meta.main) await runProgram();
