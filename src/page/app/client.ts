/** The window's end of the protocol: calls of the worker, with progress and cancelling. */

import type { CallName, FromWorker, PageCalls, PageProgress, ToWorker } from "../protocol.ts";

/** What a call gives. */
export type Answer<Name extends CallName> = ReturnType<PageCalls[Name]>;
/** What a call is given. */
export type Given<Name extends CallName> = Parameters<PageCalls[Name]>[0];

/** What answers calls: a worker, or what stands in for one. */
export interface Port {
  postMessage(message: ToWorker): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  addEventListener(type: "error" | "messageerror", listener: (event: Event) => void): void;
}

/** A call that failed, with a message that says what to do. */
export class CallError extends Error {
  /** Code of a HistoneError, `cancelled`, `lost` if the worker ended, or `unknown`. */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.name = "CallError";
    this.code = code;
  }
}

/** How a call is followed. */
export interface CallOptions {
  readonly onProgress?: ((progress: PageProgress) => void) | undefined;
  /** Cancels the call; it then fails with the code `cancelled`. */
  readonly signal?: AbortSignal | undefined;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: CallError) => void;
  readonly onProgress: ((progress: PageProgress) => void) | undefined;
}

/** Calls the worker. */
export class Client {
  readonly #port: Port;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #lost: CallError | undefined;

  constructor(port: Port) {
    this.#port = port;
    port.addEventListener("message", ({ data }) => this.#receive(data as FromWorker));
    const lose = (event: Event) => this.#lose(event);
    port.addEventListener("error", lose);
    port.addEventListener("messageerror", lose);
  }

  /**
   * Calls the worker.
   *
   * @throws {CallError} If the worker says that it failed, or ended.
   */
  call<Name extends CallName>(
    name: Name,
    given: Given<Name>,
    { onProgress, signal }: CallOptions = {},
  ): Promise<Answer<Name>> {
    if (this.#lost) return Promise.reject(this.#lost);
    const id = ++this.#last;
    return new Promise<Answer<Name>>((resolve, reject) => {
      const cancel = () => this.#port.postMessage({ type: "cancel", id });
      const end = () => signal?.removeEventListener("abort", cancel);
      this.#waiting.set(id, {
        resolve: (value) => (end(), resolve(value as Answer<Name>)),
        reject: (error) => (end(), reject(error)),
        onProgress,
      });
      this.#port.postMessage({ type: "call", id, name, given });
      if (signal?.aborted) cancel();
      else signal?.addEventListener("abort", cancel);
    });
  }

  #receive(message: FromWorker): void {
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    if (message.type === "progress") return waiting.onProgress?.(message.progress);
    this.#waiting.delete(message.id);
    if (message.type === "answer") waiting.resolve(message.value);
    else waiting.reject(new CallError(message.message, message.code));
  }

  /** The worker could not start, or ended: nothing will be answered any more. */
  #lose(event: Event): void {
    const reason = "message" in event && typeof event.message === "string" ? event.message : "";
    this.#lost = new CallError(
      `The part of this page that computes has stopped${
        reason ? `: ${reason}` : ""
      }. Load the page again; what was finished is still there.`,
      "lost",
    );
    for (const { reject } of this.#waiting.values()) reject(this.#lost);
    this.#waiting.clear();
  }
}
