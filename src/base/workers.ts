/**
 * The one place that starts threads. Each job has a program of its own; `src/worker.ts` can do all of them, for bundles that
 * have one address for threads. The first message says which job it is.
 *
 * @module
 */

import { BUILTINS } from "./builtins.ts";

/** What a thread does: computes with an engine, counts reads, or decodes files. */
export type WorkerJob = "engine" | "count" | "decode";

/** The first message to a thread. */
export interface WorkerStart {
  readonly job: WorkerJob;
}

/** The part of a `Worker` that is used, which those of `node:worker_threads` are given. */
export type WorkerThread = Pick<
  Worker,
  "postMessage" | "terminate" | "onmessage" | "onerror" | "onmessageerror"
>;

/**
 * Where threads come from: the address of their program, a function that starts one with that program, or nowhere, with
 * the reason.
 */
export type WorkerSource =
  | { readonly url: string | URL }
  | { readonly create: (name: string) => Worker }
  | { readonly none: string };

let source: WorkerSource | undefined;

/**
 * Says how this package starts its threads from now on, where it cannot find their program itself: in a bundle whose
 * bundler does not follow `new URL(…, import.meta.url)`, or under a content security policy that wants another address.
 * Call it before anything is computed or read.
 *
 * @param from `url` is the address of a module that imports `@waka/histone/worker` and nothing else; `create` starts a
 * worker with such a module, under the given name; `none` says why there are no threads, so that all work is done on the
 * caller's. Without it threads are started as usual.
 * @throws {TypeError} If none of the three is given.
 *
 * @example On one thread
 * ```ts
 * import { selectEngine, useWorkers } from "@waka/histone/engine";
 * import { initialWeights, presetSpec } from "@waka/histone/model";
 * import { match } from "node:assert";
 *
 * useWorkers({ none: "this page was opened from a disk" });
 * const spec = presetSpec("wakawaka");
 * const { engine } = await selectEngine("wasm", spec);
 * const members = [{ seed: 1, learningRate: 0.001, weights: initialWeights(spec, 1) }];
 * await using session = await engine.createSession(spec, { batchSize: 32, members });
 * match(session.device, /1 thread, .* \(this page was opened from a disk\)/);
 * useWorkers();
 * ```
 */
export function useWorkers(from?: WorkerSource): void {
  if (from !== undefined && !("url" in from || "create" in from || "none" in from)) {
    throw new TypeError("Cannot set where threads come from: found none of url, create and none");
  }
  source = from;
}

/** Why no thread can be started; `undefined` if that is worth trying. */
export function whyNoWorkers(): string | undefined {
  if (source !== undefined) return "none" in source ? source.none : undefined;
  if (typeof Worker === "function") {
    // Browsers refuse workers there, or start them and then refuse their program.
    const { location } = globalThis as { location?: { readonly protocol: string } };
    const isPageOnDisk = isPage() && location?.protocol === "file:";
    return isPageOnDisk ? "a page on disk starts no threads" : undefined;
  }
  if (nodeThreads() !== undefined) return undefined;
  return "this run-time starts no threads";
}

/**
 * Starts a thread.
 *
 * @param job What it will do.
 * @param name Its name, for debuggers.
 * @throws {Error} If none can be started, see {@linkcode whyNoWorkers}, or if the run-time refuses.
 */
export function startWorker(job: WorkerJob, name: string): WorkerThread {
  const worker = createWorker(job, name);
  worker.postMessage({ job } satisfies WorkerStart);
  return worker;
}

/** The address of the program of a job, for messages. */
export function workerAddress(job: WorkerJob): string {
  if (source !== undefined && "url" in source) return String(source.url);
  switch (job) {
    case "engine":
      return new URL("../engine/wasm/engine_thread.ts", import.meta.url).href;
    case "count":
      return new URL("../genome/signal/count_thread.ts", import.meta.url).href;
    case "decode":
      return new URL("../io/decode_thread.ts", import.meta.url).href;
  }
}

function createWorker(job: WorkerJob, name: string): WorkerThread {
  const reason = whyNoWorkers();
  if (reason !== undefined) throw new Error(`Cannot start a thread: ${reason}`);
  if (source !== undefined && "create" in source) return source.create(name);
  if (typeof Worker !== "function") return new NodeWorker(new URL(workerAddress(job)), name);
  if (source !== undefined && "url" in source) {
    return new Worker(source.url, { type: "module", name });
  }
  // Each is written in one expression, since bundlers look for that.
  switch (job) {
    case "engine":
      return new Worker(new URL("../engine/wasm/engine_thread.ts", import.meta.url), {
        type: "module",
        name,
      });
    case "count":
      return new Worker(new URL("../genome/signal/count_thread.ts", import.meta.url), {
        type: "module",
        name,
      });
    case "decode":
      return new Worker(new URL("../io/decode_thread.ts", import.meta.url), {
        type: "module",
        name,
      });
  }
}

/** Whether this is the thread of a page. Programs of Deno and Node are compiled without the types of a page. */
function isPage(): boolean {
  return typeof (globalThis as { document?: unknown }).document === "object";
}

function nodeThreads(): typeof import("node:worker_threads") | undefined {
  return BUILTINS.getBuiltinModule?.("node:worker_threads");
}

/** A thread of Node, which has no `Worker` of the web, with the handlers that one has. */
class NodeWorker implements WorkerThread {
  onmessage: WorkerThread["onmessage"] = null;
  onerror: WorkerThread["onerror"] = null;
  onmessageerror: WorkerThread["onmessageerror"] = null;
  readonly #worker: import("node:worker_threads").Worker;

  constructor(program: URL, name: string) {
    this.#worker = new (nodeThreads()!.Worker)(program, { name });
    // The handlers use these parts of an event only.
    const call = (handler: unknown, event: object) =>
      (handler as ((event: object) => void) | null)?.call(this, event);
    this.#worker.on("message", (data: unknown) => call(this.onmessage, { data }));
    this.#worker.on("messageerror", () => call(this.onmessageerror, {}));
    this.#worker.on("error", (error: Error) => {
      call(this.onerror, { error, message: error.message, preventDefault: () => {} });
    });
  }

  postMessage(message: unknown, transfer?: Transferable[] | StructuredSerializeOptions): void {
    const list = Array.isArray(transfer) ? transfer : transfer?.transfer;
    this.#worker.postMessage(message, list as readonly ArrayBuffer[] | undefined);
  }

  terminate(): void {
    void this.#worker.terminate();
  }
}

/** A thread's own end of its connection. */
export interface WorkerPort {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: unknown, transfer?: readonly ArrayBufferLike[]): void;
}

/** The connection to whoever started this thread; `undefined` where this is not a thread. */
export function workerPort(): WorkerPort | undefined {
  const scope = globalThis as unknown as WorkerPort;
  // A window has the function too, for messages between windows.
  if (typeof scope.postMessage === "function" && !isPage()) return scope;
  const port = nodeThreads()?.parentPort;
  if (port === undefined || port === null) return undefined;
  const own: WorkerPort = {
    onmessage: null,
    postMessage: (message, transfer) =>
      port.postMessage(message, [...transfer ?? []] as ArrayBuffer[]),
  };
  port.on("message", (data: unknown) => own.onmessage?.({ data } as MessageEvent));
  return own;
}

/**
 * Serves one job on this thread; does nothing where this is not a thread.
 *
 * @param listen Given the port, returns what takes messages after the first.
 */
export function serveThread(listen: (port: WorkerPort) => (message: never) => void): void {
  const port = workerPort();
  if (port === undefined) return;
  const hear = listen(port);
  port.onmessage = () => {
    port.onmessage = ({ data }) => hear(data as never);
  };
}
