import { deferred } from "./platform.ts";

/** How {@linkcode untilAborted} waits. */
export interface UntilAbortedOptions {
  /** Ends the waiting, with its reason. */
  readonly signal: AbortSignal | undefined;
  /**
   * Milliseconds for which work is still waited for once the signal has aborted, so that what ends by itself has released its
   * files by then.
   *
   * @default 0
   */
  readonly patienceMs?: number | undefined;
}

/**
 * Waits for work, but not longer than until a signal aborts. The work itself continues then, and nobody hears of its end.
 *
 * @param work What is waited for.
 * @param options The signal.
 * @returns The result of the work.
 */
export async function untilAborted<Result>(
  work: PromiseLike<Result>,
  { signal, patienceMs = 0 }: UntilAbortedOptions,
): Promise<Result> {
  if (signal === undefined) return await work;
  const { promise: aborted, reject } = deferred<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const giveUp = () => reject(signal.reason);
  const stop = patienceMs === 0 ? giveUp : () => {
    timer = setTimeout(giveUp, patienceMs);
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop);
  try {
    return await Promise.race([aborted, work]);
  } finally {
    signal.removeEventListener("abort", stop);
    clearTimeout(timer);
  }
}
