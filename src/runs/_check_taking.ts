import type { OptionKind } from "../base/option_names.ts";
import { plainOptions } from "../base/plain_options.ts";
import { showValue } from "../base/show_value.ts";
import type { TakeRunOptions } from "./owned_run.ts";

const OPTIONS = {
  command: "string",
  flags: "object",
  inputs: "object",
  resume: "boolean",
  checkpointMinutes: "number",
  share: "object",
  isNew: "boolean",
  refuse: "function",
  onWarning: "function",
} as const satisfies Record<keyof TakeRunOptions, OptionKind>;

/**
 * Options of taking a directory without those that are `null`.
 *
 * @throws {TypeError} If there is no command, or an option is misspelt or something else.
 */
export function checkTaking(options: TakeRunOptions): TakeRunOptions {
  const plain = plainOptions(options, { action: "take a run", kinds: OPTIONS });
  if (typeof plain.command === "string" && plain.command !== "") return plain;
  // Whoever finds the directory unfinished is told which command began it.
  throw new TypeError(
    `Cannot take a run: command is ${showValue(plain.command)}, expected the name of the program`,
  );
}
