/**
 * The commands of the package: one a file beside this one, each loaded only when it is called.
 *
 * @module
 */

import { type CommandDefinition, runCommand } from "./_cli.ts";

/** Name of a command. */
export type CommandName =
  | "crossval"
  | "doctor"
  | "evaluate"
  | "experiments"
  | "forecast"
  | "prepare"
  | "report"
  | "search"
  | "simulate"
  | "submit"
  | "train";

const COMMANDS: Readonly<Record<CommandName, () => Promise<{ readonly command: unknown }>>> = {
  crossval: () => import("./crossval.ts"),
  doctor: () => import("./doctor.ts"),
  evaluate: () => import("./evaluate.ts"),
  experiments: () => import("./experiments.ts"),
  forecast: () => import("./forecast.ts"),
  prepare: () => import("./prepare.ts"),
  report: () => import("./report.ts"),
  search: () => import("./search.ts"),
  simulate: () => import("./simulate.ts"),
  submit: () => import("./submit.ts"),
  train: () => import("./train.ts"),
};

/**
 * Runs a command as its task does, and ends the process with its exit code.
 *
 * @param name The command.
 * @param args Its flags and arguments.
 */
export async function runTask(
  name: CommandName,
  args: readonly string[] = Deno.args,
): Promise<never> {
  const { command } = await COMMANDS[name]();
  return await runCommand(command as CommandDefinition<unknown>, args);
}
