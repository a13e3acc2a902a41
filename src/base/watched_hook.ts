/** Hooks that nothing waits for, and whose errors must not be lost all the same. */

/** A hook that is watched. */
export interface WatchedHook<Report> {
  /** Calls the hook; throws what an earlier call was rejected with. */
  readonly call: (report: Report) => void;
  /** Throws what a call was rejected with, if it was. */
  readonly check: () => void;
}

/**
 * Watches a hook that may be asynchronous, though its promise is not waited for. Nobody would handle its rejection, which ends
 * programs: work that reports its progress ends with it instead, at the next report or at its end.
 *
 * @param hook The hook.
 * @returns It, watched; `undefined` without one.
 */
export function watchHook<Report>(
  hook: ((report: Report) => unknown) | null | undefined,
): WatchedHook<Report> | undefined {
  // JSON has null for what is not given.
  if (hook === undefined || hook === null) return undefined;
  let failure: { readonly reason: unknown } | undefined;
  const check = () => {
    if (failure !== undefined) throw failure.reason;
  };
  return {
    call(report) {
      check();
      const returned = hook(report);
      if (typeof Object(returned).then !== "function") return;
      Promise.resolve(returned).catch((reason) => failure ??= { reason });
    },
    check,
  };
}
