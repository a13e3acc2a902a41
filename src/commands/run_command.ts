/** Runs a command: flags in, exit code out. */

import { CommanderError } from "commander";
import { type CommandDefinition, FlagsError, Interrupted } from "./flags.ts";
import { readConfigFile } from "./_config_file.ts";
import { beQuiet, guardConsole, printCommand } from "./_console.ts";
import { givenFlags, makeCommand, type RunFlags } from "./_describe.ts";
import { formatError, stackOf } from "./_error_line.ts";
import { translateAliases } from "./_flag_aliases.ts";
import { recordFlags } from "./_flag_kinds.ts";
import { listenForInterrupt } from "./_interrupt.ts";
import { explainDenied, HostsDeniedError, recordCall } from "./_network.ts";
import { watchRepeatedFlags } from "./_repeated_flags.ts";
import { refuseOwnInputs } from "./_own_inputs.ts";
import { prepareRuntime } from "./_runtime.ts";
import { refuseOtherPlaces } from "./_written_places.ts";
import { commandLine, enterCallersDirectory, recordPathFlags, showCalls } from "./_place.ts";

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
  const warnOfRepeats = watchRepeatedFlags(command);
  recordFlags(command);
  recordCall(definition.name, args);
  const fail = (cause: unknown): never => {
    const error = explainDenied(cause);
    console.error(`error: ${showCalls(formatError(error))}`);
    if (error instanceof HostsDeniedError && error.line !== undefined) printCommand(error.line);
    if (command.opts().stack) console.error(stackOf(error));
    Deno.exit(error instanceof FlagsError ? EXIT_BAD_FLAGS : EXIT_FAILED);
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
  warnOfRepeats();
  prepareRuntime(command);
  const interrupt = listenForInterrupt();
  try {
    recordPathFlags(command);
    refuseOtherPlaces(command);
    // Data may be converted in place.
    if (definition.name !== "convert") refuseOwnInputs(command);
    await definition.run(flags as Flags, {
      signal: interrupt.signal,
      args: command.args,
      given: givenFlags(command),
    });
  } catch (error) {
    // The reader of the pipe, such as `head`, needs no more.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    // The flags of a command that another one plans.
    if (error instanceof CommanderError) Deno.exit(error.exitCode === 0 ? 0 : EXIT_BAD_FLAGS);
    if (error instanceof Interrupted || interrupt.signal.aborted) {
      console.error(error instanceof Interrupted ? error.message : "Interrupted.");
      Deno.exit(interrupt.exitCode);
    }
    fail(error);
  }
  Deno.exit(0);
}
