/** Signals joined to one. */
export interface JoinedSignal extends Disposable {
  /** Aborts with the reason of the first of the signals that aborts; `undefined` without signals. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Joins signals for the time of a call. Unlike `AbortSignal.any`, whose signals are held for as long as the given ones
 * live, this lets go of them when it is disposed of.
 *
 * @param signals The signals, some of which may be missing.
 * @returns The joined signal, to be disposed of.
 */
export function joinSignals(...signals: readonly (AbortSignal | undefined)[]): JoinedSignal {
  const given = signals.filter((signal) => signal !== undefined);
  if (given.length < 2) return { signal: given[0], [Symbol.dispose]: () => {} };
  const controller = new AbortController();
  const listeners = given.map((signal) => {
    const abort = () => controller.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    return () => signal.removeEventListener("abort", abort);
  });
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => listeners.forEach((remove) => remove()),
  };
}
