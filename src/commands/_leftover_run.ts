/** What a gathering that was killed left in `--out`, told from what somebody else has put there since. */

import { isDeepStrictEqual } from "node:util";
import { pathKind } from "../files/file.ts";
import { readKeptCommand } from "../runs/command_file.ts";
import { readJson } from "../runs/json.ts";
import { holdsRun } from "../runs/run_files.ts";

/** The work whose result is looked for. */
export interface PlannedRun {
  readonly command: string;
  /** Its flags, as an unfinished run keeps them. */
  readonly flags: Readonly<Record<string, unknown>>;
}

/** Flags that the configuration of a finished run repeats. */
const REPEATED = ["seed", "preset", "data", "epochs", "ensemble"] as const;

/** Whether a directory holds nothing, or what an earlier call that was killed may have left of some work. */
export async function isLeftoverRun(
  directory: string,
  { command, flags }: PlannedRun,
): Promise<boolean> {
  const kept = await readKeptCommand(directory);
  if (kept !== undefined) {
    // A run that was resumed keeps flags of every command besides, such as quiet.
    const own: Readonly<Record<string, unknown>> = JSON.parse(JSON.stringify(flags));
    const found = Object(kept.flags) as Readonly<Record<string, unknown>>;
    return kept.command === command &&
      Object.entries(own).every(([name, value]) => isDeepStrictEqual(found[name], value));
  }
  const file = `${directory}/config.json`;
  if (await pathKind(file) === undefined) return true;
  if (!await holdsRun(directory)) return false;
  const config = Object(await readJson(file, "read run")) as Readonly<Record<string, unknown>>;
  return config.command === command &&
    REPEATED.every((name) =>
      flags[name] === undefined || config[name] === undefined || flags[name] === config[name]
    );
}
