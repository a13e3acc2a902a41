/** What the tests share that kill runs. */

import { filesIn, taskCommand } from "../helpers/command.ts";

/** Checkpoints of a run and of its parts; none while the directory is missing. */
export function checkpointsIn(directory: string): string[] {
  try {
    return filesIn(`${directory}/checkpoints`).filter((name) => name.endsWith(".checkpoint"));
  } catch {
    return [];
  }
}

/** Starts a task and waits until there is a checkpoint of that part of its run. */
export async function startUntilCheckpoint(
  task: string,
  args: readonly string[],
  { directory, part = "", env = {} }: {
    readonly directory: string;
    readonly part?: string;
    readonly env?: Record<string, string>;
  },
): Promise<Deno.ChildProcess> {
  const child = taskCommand(task, args, { stdout: "null", stderr: "null", env }).spawn();
  let ended = false;
  child.status.then(() => ended = true);
  while (!checkpointsIn(directory).some((name) => name.startsWith(part))) {
    if (ended) throw new Error(`${task} ended before it took a checkpoint of ${part}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return child;
}

/** Kills a task as a power cut would. */
export async function kill(child: Deno.ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await child.status;
}
