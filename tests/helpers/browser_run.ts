/**
 * A portable run in a page, on its main thread and in a worker: a bundle's entry. The page's variable `found` then holds a
 * promise of both, of the words for a path, and of whether the page is isolated.
 */

import { useWorkers } from "../../src/base/workers.ts";
import { openFile } from "../../src/files/file.ts";
import { type PortableRun, portableRun } from "./portable_run.ts";

/** What the page finds. */
export interface BrowserRun {
  readonly isIsolated: boolean;
  readonly onMainThread: PortableRun;
  readonly inWorker: PortableRun;
  readonly refusal: string;
}

useWorkers({ url: new URL("./thread_program.js", location.href) });

async function read(name: string): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await fetch(new URL(`./${name}`, location.href));
  return new Uint8Array(await answer.arrayBuffer());
}

async function runBoth(): Promise<BrowserRun> {
  const onMainThread = await portableRun(read);
  const worker = new Worker(new URL("./browser_run.js", location.href), { type: "module" });
  const inWorker = await new Promise<PortableRun>((resolve, reject) => {
    worker.onmessage = ({ data }) => "failed" in data ? reject(data.failed) : resolve(data);
    worker.onerror = (event) => reject(new Error(event.message));
  });
  const refusal = await openFile("data.npz").then(() => "nothing", (error) => error.message);
  return { isIsolated: globalThis.crossOriginIsolated, onMainThread, inWorker, refusal };
}

if (typeof document === "undefined") {
  portableRun(read).then(postMessage, (failed) => postMessage({ failed }));
} else Object.assign(globalThis, { found: runBoth() });
