/**
 * The machine, and whether others use it. It matters: PyTorch's threads wait for each other by spinning, so
 * that on two cores of which another program takes one they train ten times slower, and any ratio to that
 * is worthless.
 */

import { cpus } from "node:os";

/** The processor in words, and how many cores Deno sees. */
export function describeMachine(): { cpu: string; cores: number } {
  return { cpu: cpus()[0]!.model, cores: navigator.hardwareConcurrency };
}

/** Others may take this much of one core: what an operating system does in the background. */
const QUIET_CORES = 0.15;

/**
 * Waits for others to leave the cores alone, while this program does nothing.
 *
 * @param seconds How long to wait at most.
 * @returns Whether they did.
 */
export async function waitForQuiet(seconds: number): Promise<boolean> {
  for (let waited = 0; waited < seconds; waited++) {
    if (await busyCores(1000) <= QUIET_CORES) return true;
  }
  return false;
}

/** How many cores were at work during the next `milliseconds`, on average. */
async function busyCores(milliseconds: number): Promise<number> {
  const before = cpus();
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return cpus().reduce((sum, { times }, i) => {
    const passed = (Object.keys(times) as (keyof typeof times)[]).map((kind) =>
      [kind, times[kind] - before[i]!.times[kind]] as const
    );
    const total = passed.reduce((sum, [, time]) => sum + time, 0);
    const idle = passed.find(([kind]) => kind === "idle")![1];
    return sum + (total === 0 ? 0 : 1 - idle / total);
  }, 0);
}
