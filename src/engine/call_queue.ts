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
   */
  run<Result>(
    call: (signal: AbortSignal) => Result | Promise<Result>,
    signal?: AbortSignal,
  ): Promise<Result> {
    if (this.#closed !== undefined) return Promise.reject(new SessionDisposedError());
    const result = this.#last.then(() => this.#run(call, signal));
    this.#last = result.catch(() => {});
    return result;
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
