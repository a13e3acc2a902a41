/** Runs a command: flags in, exit code out. */

import { type Command, CommanderError } from "commander";
import { formatCountOf } from "../base/count.ts";
import { chooseThreads, limitThreads } from "../base/threads.ts";
import { lentThreads } from "../files/lent.ts";
import { type CommandDefinition, Interrupted } from "./flags.ts";
import { readConfigFile } from "./_config_file.ts";
import { beQuiet, guardConsole, printCommand } from "./_console.ts";
import { makeCommand, type RunFlags } from "./_describe.ts";
import { readVariable } from "./_environment.ts";
import { formatError, stackOf } from "./_error_line.ts";
import { translateAliases } from "./_flag_aliases.ts";
import { recordFlags } from "./_flag_kinds.ts";
import { listenForInterrupt } from "./_interrupt.ts";
import { explainDenied, HostsDeniedError, recordCall } from "./_network.ts";
import { commandLine, enterCallersDirectory, recordPathFlags, showCalls } from "./_place.ts";
import { V8_FLAGS } from "./version.ts";

/** What a command exits with that could not do its work. */
export const EXIT_FAILED = 1;
/** The exit code of a command whose flags or name are wrong. */
export const EXIT_BAD_FLAGS = 2;

/** Parses the command line, runs the command and ends the process with the right exit code. */
export async function runCommand<Flags>(
  definition: CommandDefinition<Flags>,
  args: readonly string[],
): Promise<never> {
  guardConsole();
  const command = makeCommand(definition);
  recordFlags(command);
  recordCall(definition.name, args);
  const fail = (cause: unknown): never => {
    const error = explainDenied(cause);
    console.error(`error: ${showCalls(formatError(error))}`);
    if (error instanceof HostsDeniedError && error.line !== undefined) printCommand(error.line);
    if (command.opts().stack) console.error(stackOf(error));
    Deno.exit(EXIT_FAILED);
  };
  // These are promises that were not awaited.
  addEventListener("unhandledrejection", ({ reason }) => fail(reason));
  addEventListener("error", ({ error }) => fail(error));
  try {
    enterCallersDirectory();
    command.showHelpAfterError(`(${commandLine(definition.name)} --help lists the flags)`);
    const own = translateAliases(command, args, definition.aliases ?? []);
    const configured = await readConfigFile(() => makeCommand(definition), own);
    command.parse([...configured, ...own], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) Deno.exit(error.exitCode === 0 ? 0 : EXIT_BAD_FLAGS);
    fail(error);
  }
  const { config: _config, quiet, stack: _stack, ...flags } = command.opts<RunFlags>();
  if (quiet) beQuiet();
  prepareRuntime(command);
  const interrupt = listenForInterrupt();
  try {
    recordPathFlags(command);
    await definition.run(flags as Flags, {
      signal: interrupt.signal,
      args: command.args,
      given: givenFlags(command),
    });
  } catch (error) {
    // The reader of the pipe, such as `head`, needs no more.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    if (error instanceof Interrupted || interrupt.signal.aborted) {
      console.error(error instanceof Interrupted ? error.message : "Interrupted.");
      Deno.exit(interrupt.exitCode);
    }
    fail(error);
  }
  Deno.exit(0);
}

/** Names of the flags that were given, on the command line or in a file, rather than left at their defaults. */
function givenFlags(command: Command): ReadonlySet<string> {
  const names = command.options.map((option) => option.attributeName());
  return new Set(names.filter((name) => {
    const source = command.getOptionValueSource(name);
    return source !== undefined && source !== "default";
  }));
}

/** Prepares threads and drivers, and says where they differ from what was asked for. */
function prepareRuntime(command: Command): void {
  limitThreads(lentThreads());
  const has = (name: string) => command.options.some((option) => option.attributeName() === name);
  if (has("engine")) quietVulkan();
  if (has("threads")) reportThreads(command.opts().threads);
  if (has("epochs")) noteMemoryGrowth();
}

/** Prints how many threads are used if more were asked for than the machine lends. */
function reportThreads(asked: number | undefined): void {
  const cores = lentThreads();
  if (asked === undefined || asked <= cores) return;
  console.warn(
    `warning: --threads ${asked} is more than the ${
      formatCountOf(cores, "core")
    } that this machine lends: ` +
      `${formatCountOf(chooseThreads(asked), "thread")} at most are used`,
  );
}

/** Prints a note if memory will grow over many epochs, because V8's flags do not make it collect garbage early. */
function noteMemoryGrowth(): void {
  if (Reflect.has(globalThis, "gc")) return;
  console.warn(
    `note: without V8's flags ${V8_FLAGS}, memory grows by about a tenth over many epochs, ` +
      "and a fault of V8 can change figures; histone --version prints how to install with them",
  );
}

/** Sets XDG_RUNTIME_DIR if it is unset, as on most clusters: each of Mesa's Vulkan drivers would print an error. */
function quietVulkan(): void {
  if (Deno.build.os === "linux" && readVariable("XDG_RUNTIME_DIR") === undefined) {
    Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
  }
}
