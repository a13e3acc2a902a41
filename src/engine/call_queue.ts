import { deferred } from "../base/platform.ts";
import { SessionDisposedError } from "../errors.ts";

/**
 * Runs the calls of a session one after the other, in the order in which they were made, until the session is disposed
 * of.
 */
export class CallQueue {
  #last: Promise<unknown> = Promise.resolve();
  #running: AbortController | undefined;
  #closed: Promise<void> | undefined;

  /**
   * Runs a call after those before it, however they end.
   *
   * @param call The call. The signal it is given aborts when `signal` does, or when the queue is closed.
   * @param signal The caller's own signal, if there is one.
   * @returns What `call` returns.
   * @throws {SessionDisposedError} If the queue is closed, or is closed before the call begins.
   * @throws The reason of `signal`, immediately if it aborts while the call waits for others.
   */
  run<Result>(
    call: (signal: AbortSignal) => Result | Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    if (this.#closed !== undefined) return Promise.reject(new SessionDisposedError());
    let hasBegun = false;
    const result = this.#last.then(() => {
      hasBegun = true;
      return this.#run(call, signal);
    });
    this.#last = result.catch(() => {});
    return signal === undefined ? result : giveUpWaiting(result, signal, () => !hasBegun);
  }

  /**
   * Stops the call that runs, refuses those that wait, and then releases what they used.
   *
   * @param release Called once, however often the queue is closed.
   */
  close(release: () => void | Promise<void>): Promise<void> {
    this.#running?.abort(new SessionDisposedError());
    this.#closed ??= Promise.resolve().then(() => this.#last).then(release);
    return this.#closed;
  }

  async #run<Result>(
    call: (signal: AbortSignal) => Result | Promise<Result>,
    signal: AbortSignal | undefined,
  ): Promise<Result> {
    if (this.#closed !== undefined) throw new SessionDisposedError();
    signal?.throwIfAborted();
    // Not `AbortSignal.any`: a signal that outlives many calls would hold on to the signals of them all.
    const controller = new AbortController();
    const stop = () => controller.abort(signal!.reason);
    signal?.addEventListener("abort", stop);
    this.#running = controller;
    try {
      return await call(controller.signal);
    } finally {
      this.#running = undefined;
      signal?.removeEventListener("abort", stop);
    }
  }
}

/** The result of a call; or a rejection as soon as its signal aborts, if the call is waiting then. */
async function giveUpWaiting<Result>(
  result: Promise<Result>,
  signal: AbortSignal,
  isWaiting: () => boolean,
): Promise<Result> {
  const givenUp = deferred<never>();
  const giveUp = () => {
    if (isWaiting()) givenUp.reject(signal.reason);
  };
  signal.addEventListener("abort", giveUp);
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([result, givenUp.promise]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
