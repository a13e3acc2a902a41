/** The commands of the package: each has a file beside this one, which is loaded only when the command is called. */

import packageJson from "../../deno.json" with { type: "json" };
import type { CommandDefinition } from "./flags.ts";

/** Name of a command. */
export type CommandName =
  | "convert"
  | "crossval"
  | "differences"
  | "doctor"
  | "edit"
  | "evaluate"
  | "experiments"
  | "explain"
  | "export"
  | "forecast"
  | "gather"
  | "import"
  | "info"
  | "motifs"
  | "plan"
  | "predict"
  | "prepare"
  | "report"
  | "roadmap"
  | "search"
  | "sequences"
  | "simulate"
  | "split"
  | "submit"
  | "train"
  | "work";

/** The commands, in the order in which a user meets them. */
const LOADERS: Readonly<Record<CommandName, () => Promise<{ readonly command: unknown }>>> = {
  prepare: () => import("./prepare.ts"),
  doctor: () => import("./doctor.ts"),
  info: () => import("./info.ts"),
  sequences: () => import("./sequences.ts"),
  convert: () => import("./convert.ts"),
  split: () => import("./split.ts"),
  train: () => import("./train.ts"),
  predict: () => import("./predict.ts"),
  evaluate: () => import("./evaluate.ts"),
  explain: () => import("./explain.ts"),
  report: () => import("./report.ts"),
  edit: () => import("./edit.ts"),
  differences: () => import("./differences.ts"),
  motifs: () => import("./motifs.ts"),
  export: () => import("./export.ts"),
  import: () => import("./import.ts"),
  crossval: () => import("./crossval.ts"),
  search: () => import("./search.ts"),
  experiments: () => import("./experiments.ts"),
  forecast: () => import("./forecast.ts"),
  submit: () => import("./submit.ts"),
  plan: () => import("./plan.ts"),
  work: () => import("./work.ts"),
  gather: () => import("./gather.ts"),
  roadmap: () => import("./roadmap.ts"),
  simulate: () => import("./simulate.ts"),
};

/** Names of the commands. */
export const COMMAND_NAMES = Object.keys(LOADERS) as readonly CommandName[];

/** Whether a word is the name of a command. */
export function isCommandName(word: string | undefined): word is CommandName {
  return word !== undefined && Object.hasOwn(LOADERS, word);
}

/** Loads a command. */
export async function loadCommand(name: CommandName): Promise<CommandDefinition<unknown>> {
  const { command } = await LOADERS[name]();
  return command as CommandDefinition<unknown>;
}

/** What a command does, in a few words, which `deno task` lists too. */
export function briefOf(name: CommandName): string {
  return packageJson.tasks[name].description;
}
