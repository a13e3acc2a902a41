import { BUILTINS } from "./builtins.ts";

/** Larger values are almost certainly typos. */
export const MOST_THREADS = 1024;
/** So many threads are always granted, since some machines report fewer cores than they have. */
const ALWAYS_GRANTED = 8;

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
  const chosen = threads ?? cores;
  if (Number.isInteger(chosen) && chosen >= 1 && chosen <= MOST_THREADS) {
    return Math.min(chosen, Math.max(ALWAYS_GRANTED, cores));
  }
  throw new RangeError(
    `Cannot compute: threads is ${chosen}, expected an integer from 1 to ${MOST_THREADS}`,
  );
}

/** Number of the machine's cores, 1 if it is not known. Node has had `navigator` since version 21. */
function countCores(): number {
  const cores = globalThis.navigator?.hardwareConcurrency;
  return cores ?? BUILTINS.getBuiltinModule?.("node:os")?.availableParallelism() ?? 1;
}
