/** What a worker thread does: counts the sequences that it is told to, of files that it opens itself. */

import type { WorkerPort } from "../../base/workers.ts";
import { blobSource, type ByteSource, type FileIdentity } from "../../files/byte_source.ts";
import { openSameFile } from "../../files/same_file.ts";
import { type Claim, takeClaim } from "./_claim.ts";
import type { CountTask, TaskCounts } from "./_count_task.ts";
import { runCountTask } from "./_run_count_task.ts";

/** Message to a worker. */
export interface CountRequest {
  readonly task: CountTask;
  readonly place: SharedPlace;
  /** What must be taken before the task is started. */
  readonly claim: Claim;
}

/** A file on disk, or a blob, that a thread opens itself. */
export type SharedPlace = FileIdentity | NamedBlob;

/** A blob, and the name for messages. */
export interface NamedBlob {
  readonly blob: Blob;
  readonly name: string;
}

/** Message of a worker, one for each request, in their order. */
export type CountReply =
  | { readonly kind: "done"; readonly counts: TaskCounts }
  /** Another thread has started the task. */
  | { readonly kind: "taken" }
  | { readonly kind: "failed"; readonly message: string };

/** The file that was counted last, which is mostly the next one too. */
let opened: { readonly key: string; readonly source: ByteSource } | undefined;
let last: Promise<void> = Promise.resolve();

/** Returns what takes requests, and answers them on the thread's port. */
export function listen(port: WorkerPort): (request: CountRequest) => void {
  const send = (reply: CountReply, buffers: readonly ArrayBufferLike[] = []) =>
    port.postMessage(reply, buffers);
  const count = async ({ task, place, claim }: CountRequest) => {
    if (claim !== undefined && !takeClaim(claim)) return send({ kind: "taken" });
    try {
      const counts = await runCountTask(await open(place), task);
      send({ kind: "done", counts }, [counts.values.buffer]);
    } catch (error) {
      send({ kind: "failed", message: String(error) });
    }
  };
  return (request) => {
    last = last.then(() => count(request));
  };
}

async function open(place: SharedPlace): Promise<ByteSource> {
  if ("blob" in place) return blobSource(place.blob, place.name);
  return await openDiskFile(place);
}

async function openDiskFile(identity: FileIdentity): Promise<ByteSource> {
  const key = JSON.stringify(identity);
  if (opened?.key === key) return opened.source;
  opened?.source.close();
  opened = undefined;
  const source = await openSameFile(identity);
  opened = { key, source };
  return source;
}
