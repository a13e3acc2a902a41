import { HAS_SHARED_MEMORY } from "./shared_memory.ts";
import { chooseThreads } from "./threads.ts";
import { whyNoWorkers } from "./workers.ts";

/** Why work that needs memory in common is done on the caller's thread; `undefined` where there can be others. */
export function whyOneThread(): string | undefined {
  if (!HAS_SHARED_MEMORY) {
    return "shared memory is missing: a browser page must be cross-origin isolated to have it";
  }
  return whyNoWorkers();
}

/**
 * Chooses the number of threads that compute with memory in common: as {@linkcode chooseThreads} does, but one where there
 * can be no others.
 *
 * @param threads The number asked for.
 * @throws {RangeError} If `threads` is not an integer from 1 to 1024.
 */
export function chooseSharedThreads(threads?: number | undefined): number {
  const chosen = chooseThreads(threads);
  return whyOneThread() === undefined ? chosen : 1;
}
