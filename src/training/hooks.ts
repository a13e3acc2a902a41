/** The functions of a caller that training waits for, such as `checkpoint.save` and `onEpoch`. */

import { untilAborted } from "../base/until_aborted.ts";

/** For so long a hook that is given up may still end by itself; one that waits for something else may never do so. */
const PATIENCE_MS = 200;

/**
 * Waits for a hook, but hardly longer than until a signal aborts. A hook that is given up continues, and nobody hears of
 * its end, whatever that is.
 *
 * @param hook Calls it.
 * @param signal Gives it up, with its reason.
 * @returns What it returns.
 */
export async function awaitHook<Result>(
  hook: () => Result | PromiseLike<Result>,
  signal: AbortSignal | undefined,
): Promise<Awaited<Result>> {
  return await untilAborted(call(hook), { signal, patienceMs: PATIENCE_MS });
}

/** The hooks of one training. */
export class Hooks {
  readonly #signal: AbortSignal | undefined;
  readonly #unsettled = new Set<Promise<unknown>>();

  /** @param signal Gives up whatever hook is waited for; `stop` does not, since what it keeps is wanted. */
  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** Waits for a hook; see {@linkcode awaitHook}. */
  async wait<Result>(hook: () => Result | PromiseLike<Result>): Promise<Awaited<Result>> {
    const called = call(hook);
    const settled = () => void this.#unsettled.delete(called);
    this.#unsettled.add(called);
    called.then(settled, settled);
    return await awaitHook(() => called, this.#signal);
  }

  /**
   * Waits for a hook that takes something, and returns what gives it back. If the hook was given up, what it takes later is
   * given back immediately. As long as a hook is unsettled, such as one that still writes a checkpoint, nothing is given back.
   */
  async take(
    hook: () => PromiseLike<AsyncDisposable | undefined>,
  ): Promise<AsyncDisposable> {
    const taking = call(hook);
    try {
      const taken = await awaitHook(() => taking, this.#signal);
      return { [Symbol.asyncDispose]: () => this.#giveBack(taken) };
    } catch (error) {
      taking.then((taken) => taken?.[Symbol.asyncDispose]()).catch(() => {});
      throw error;
    }
  }

  async #giveBack(taken: AsyncDisposable | undefined): Promise<void> {
    if (this.#unsettled.size === 0) return await taken?.[Symbol.asyncDispose]();
    Promise.allSettled(this.#unsettled).then(() => taken?.[Symbol.asyncDispose]()).catch(() => {});
  }
}

/** Calls a hook, whose errors are those of the promise, also if it is no asynchronous function. */
async function call<Result>(hook: () => Result | PromiseLike<Result>): Promise<Awaited<Result>> {
  return await hook();
}
