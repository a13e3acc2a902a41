/** The program of a worker thread: counts the sequences that it is told to, of files that it opens itself. */

import type { ByteSource, FileIdentity } from "../../files/byte_source.ts";
import { openSameFile } from "../../files/same_file.ts";
import type { CountTask, TaskCounts } from "./_count_task.ts";
import { runCountTask } from "./_run_count_task.ts";

/** Message to a worker. */
export interface CountRequest {
  readonly task: CountTask;
  readonly identity: FileIdentity;
}

/** Message of a worker, one for each request, in their order. */
export type CountReply =
  | { readonly kind: "done"; readonly counts: TaskCounts }
  | { readonly kind: "failed"; readonly message: string };

/** The part of a worker's global scope that is used here; the library types assume a window. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<CountRequest>) => void) | null;
  postMessage(reply: CountReply, transfer?: readonly ArrayBufferLike[]): void;
}

const scope = globalThis as unknown as WorkerScope;
/** The file that was counted last, which is mostly the next one too. */
let opened: { readonly key: string; readonly source: ByteSource } | undefined;
let last: Promise<void> = Promise.resolve();

scope.onmessage = ({ data }) => {
  last = last.then(() => count(data));
};

async function count({ task, identity }: CountRequest): Promise<void> {
  try {
    const counts = await runCountTask(await open(identity), task);
    scope.postMessage({ kind: "done", counts }, [counts.values.buffer]);
  } catch (error) {
    scope.postMessage({ kind: "failed", message: String(error) });
  }
}

async function open(identity: FileIdentity): Promise<ByteSource> {
  const key = JSON.stringify(identity);
  if (opened?.key === key) return opened.source;
  opened?.source.close();
  opened = undefined;
  const source = await openSameFile(identity);
  opened = { key, source };
  return source;
}
