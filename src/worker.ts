/**
 * The program of the threads that this package starts, for bundles whose bundler does not find it: a file that imports
 * this module and nothing else is what `useWorkers` of `@waka/histone/engine` is told. Imported anywhere else, it does
 * nothing.
 *
 * A thread loads the code of its job only.
 *
 * @example The file `worker.js` of a bundle
 * ```ts
 * import "@waka/histone/worker";
 * ```
 *
 * @module
 */

import { type WorkerJob, workerPort, type WorkerStart } from "./base/workers.ts";

/** Takes the messages that come after the first. */
type Listener = (message: never) => void;

const JOBS: Readonly<Record<WorkerJob, () => Promise<Listener>>> = {
  engine: async () => (await import("./engine/wasm/worker.ts")).listen(port!),
  count: async () => (await import("./genome/signal/count_worker.ts")).listen(port!),
  decode: async () => (await import("./io/decode_worker.ts")).listen(port!),
};

const port = workerPort();
if (port !== undefined) port.onmessage = ({ data }: MessageEvent<WorkerStart>) => begin(data);

/** Loads the code of a job, and then passes on what has come in the meantime. */
function begin({ job }: WorkerStart): void {
  const early: MessageEvent[] = [];
  port!.onmessage = (event) => early.push(event);
  JOBS[job]().then((listener) => {
    const hear = ({ data }: MessageEvent) => listener(data as never);
    port!.onmessage = hear;
    for (const event of early) hear(event);
  }).catch((error) => {
    // Where no promise catches it, whoever started the thread hears of it.
    setTimeout(() => {
      throw error;
    });
  });
}
