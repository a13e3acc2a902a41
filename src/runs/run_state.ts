/** Finds out whether a directory holds a run, and whether it is finished. */

import { holdsUnfinishedRun, readKeptCommand } from "./command_file.ts";
import { isLiveRun } from "./run_directory.ts";
import { readCommandOfRun, refuseFile } from "./run_files.ts";

/** What a directory holds. */
export interface RunState {
  /**
   * `none`: no run. `running`: a process is writing to it now. `unfinished`: the run was stopped or killed and can be
   * resumed. `finished`: the run is complete.
   */
  readonly state: "none" | "running" | "unfinished" | "finished";
  /**
   * Name of the command that wrote the run, such as `train`; absent if there is no run, or it has written nothing yet.
   */
  readonly command: string | undefined;
}

/**
 * Finds out whether a directory holds a run, and whether it is finished.
 *
 * @param directory The directory, which need not exist.
 * @returns The run's state, and the command that wrote it.
 * @throws {ContractError} If it is a file.
 * @throws {FormatError} If a file of the run is damaged.
 *
 * @example A run that has started
 * ```ts
 * import { inspectRun, takeRun } from "@waka/histone/runs";
 * import { deepStrictEqual } from "node:assert";
 *
 * const directory = await Deno.makeTempDir();
 * {
 *   await using run = await takeRun(directory, { command: "train" });
 *   await run.begin();
 *   deepStrictEqual(await inspectRun(directory), { state: "running", command: "train" });
 * }
 * deepStrictEqual(await inspectRun(directory), { state: "none", command: undefined });
 * await Deno.remove(directory, { recursive: true });
 * ```
 */
export async function inspectRun(directory: string): Promise<RunState> {
  await refuseFile(directory, "inspect run");
  const isLive = await isLiveRun(directory);
  if (isLive || await holdsUnfinishedRun(directory)) {
    const kept = await readKeptCommand(directory);
    return { state: isLive ? "running" : "unfinished", command: kept?.command };
  }
  const command = await readCommandOfRun(directory);
  return { state: command === undefined ? "none" : "finished", command };
}
