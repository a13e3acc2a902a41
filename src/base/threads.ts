import { BUILTINS } from "./builtins.ts";
import { leastOf, readCgroupLimits } from "./cgroup.ts";
import { showValue } from "./show_value.ts";

/** Larger values are almost certainly typos. */
export const MOST_THREADS = 1024;
/** So many threads are granted to who asks for them, since some machines report fewer cores than they have. */
const ALWAYS_GRANTED = 8;

/** Threads that the machine lends this process, where somebody who knows has said so. */
let lent: number | undefined;

/**
 * Says how many threads the machine lends this process: no more are granted from now on, not even if they are asked for.
 *
 * @param threads The number; without it there is no limit, as at the start.
 */
export function limitThreads(threads?: number | undefined): void {
  lent = threads;
}

/**
 * Chooses the number of threads to compute on.
 *
 * @param threads The number asked for; by default the number of cores, or 1 if it is not known. More threads than cores
 * are not granted, since they would only wait.
 * @returns The number granted.
 * @throws {RangeError} If `threads` is not an integer from 1 to 1024.
 */
export function chooseThreads(threads?: number | undefined): number {
  const cores = countCores();
  const chosen = threads ?? Math.min(cores, MOST_THREADS);
  if (Number.isInteger(chosen) && chosen >= 1 && chosen <= MOST_THREADS) {
    return Math.min(chosen, lent ?? Math.max(ALWAYS_GRANTED, cores));
  }
  throw new RangeError(
    `Cannot compute: threads is ${
      showValue(chosen)
    }, expected an integer from 1 to ${MOST_THREADS}`,
  );
}

/**
 * Number of cores that this process may use, 1 if it is not known. Deno and Bun heed the affinity of the process and the
 * quota of its control group; Node heeds the affinity alone, and has had `navigator` since version 21.
 */
export function countCores(): number {
  const cores = globalThis.navigator?.hardwareConcurrency ??
    BUILTINS.getBuiltinModule?.("node:os")?.availableParallelism();
  return leastOf([cores, quotaOnNode()]) ?? 1;
}

/** Cores of the quota, which is read once. */
let quota: { readonly cores: number | undefined } | undefined;

function quotaOnNode(): number | undefined {
  // Deno asks its user before it reads such files, and knows the quota without.
  if ("Deno" in globalThis) return undefined;
  const fs = BUILTINS.getBuiltinModule?.("node:fs");
  quota ??= fs === undefined ? { cores: undefined } : readCgroupLimits((path) => {
    try {
      return fs.readFileSync(path, "utf8");
    } catch {
      return undefined;
    }
  });
  return quota.cores;
}
