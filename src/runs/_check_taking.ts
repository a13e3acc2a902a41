import { plainOptions } from "../base/plain_options.ts";
import { showValue } from "../base/show_value.ts";
import { pathOf } from "../files/file.ts";
import type { TakeRunOptions } from "./owned_run.ts";

const OPTIONS: ReadonlySet<string> = new Set(Object.keys(
  {
    command: true,
    flags: true,
    inputs: true,
    resume: true,
    checkpointMinutes: true,
    share: true,
    isNew: true,
    refuse: true,
    onWarning: true,
  } satisfies Record<keyof TakeRunOptions, true>,
));

/**
 * Options of taking a directory without those that are `null`.
 *
 * @throws {TypeError} If there is no directory or no command, or an option is misspelt or something else.
 */
export function checkTaking(directory: string, options: TakeRunOptions): TakeRunOptions {
  // What is wrong with a text is said elsewhere.
  if (typeof directory !== "string") pathOf(directory);
  const plain = plainOptions(options, { action: "take a run", known: OPTIONS });
  if (typeof plain.command === "string" && plain.command !== "") return plain;
  // Whoever finds the directory unfinished is told which command began it.
  throw new TypeError(
    `Cannot take a run: command is ${showValue(plain.command)}, expected the name of the program`,
  );
}
