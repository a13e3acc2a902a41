/** Decoding of a file's members, on worker threads where that is worth their start. */

import { type MemberLayout, type RowBatch, rowBatches } from "./_competition_decoder.ts";
import type { DecodeReply, DecodeRequest } from "./_decode_worker.ts";
import { ZipNpzReader } from "./_npz_reader.ts";
import type { ZipDirectory } from "./_zip_directory.ts";
import type { ByteSource } from "./byte_source.ts";

/** Values that one thread decodes in about the time that it takes to start others. */
const FEW_VALUES = 2 ** 24;
/** One thread reads for all others, and each takes some memory. */
const MOST_WORKERS = 8;

/** A file, and what of it is wanted. */
export interface DecodeJob {
  readonly source: ByteSource;
  readonly directory: ZipDirectory;
  readonly layouts: readonly MemberLayout[];
  /** Threads to decode on; as many as are worth it by default. */
  readonly threads: number | undefined;
  /** Takes rows of a member, by its place in `layouts`; of different members in any order. */
  readonly take: (member: number, batch: RowBatch) => void;
}

/**
 * Decodes members, several at a time.
 *
 * @throws {FormatError} About the first member in which something is wrong.
 */
export async function decodeMembers(job: DecodeJob): Promise<void> {
  const { source, directory, layouts, take } = job;
  const npz = new ZipNpzReader(source, directory);
  const workers = chooseWorkers(job);
  if (workers < 2) {
    for (const [member, layout] of layouts.entries()) {
      for await (const batch of rowBatches(npz, layout)) take(member, batch);
    }
    return;
  }
  const failed = await decodeOnWorkers(job, workers);
  if (failed === undefined) return;
  // A worker can tell an error only in words: decoding the member here throws it with everything it knows.
  const ignored = rowBatches(npz, layouts[failed.member]);
  while (!(await ignored.next()).done);
  throw failed.error;
}

function chooseWorkers({ layouts, threads }: DecodeJob): number {
  if (typeof Worker !== "function") return 1;
  const values = layouts.reduce(
    (sum, { rows, bins, marks }) => sum + rows * bins * marks.length,
    0,
  );
  const worth = values < FEW_VALUES ? 1 : navigator.hardwareConcurrency;
  return Math.min(threads ?? worth, layouts.length, MOST_WORKERS);
}

/** Returns the first member that failed, if one did. */
async function decodeOnWorkers(
  job: DecodeJob,
  count: number,
): Promise<{ member: number; error: Error } | undefined> {
  const workers = Array.from({ length: count }, () => new DecodeWorker(job));
  const failures = new Map<number, Error>();
  let next = 0;
  const work = async (worker: DecodeWorker) => {
    // Those before a member that fails have all been begun, so that the first in the file is found.
    while (next < job.layouts.length && failures.size === 0) {
      const member = next++;
      await worker.decode(member).catch((error) => failures.set(member, error));
    }
  };
  try {
    await Promise.all(workers.map(work));
  } finally {
    for (const worker of workers) worker.dismiss();
  }
  if (failures.size === 0) return undefined;
  const member = Math.min(...failures.keys());
  return { member, error: failures.get(member)! };
}

/** A worker thread, and this thread's answers to it. */
class DecodeWorker {
  readonly #job: DecodeJob;
  readonly #worker: Worker;
  #member = 0;
  #waiting: PromiseWithResolvers<void> | undefined;
  /** Bytes are sent in the order in which they were asked for. */
  #lastRead: Promise<void> = Promise.resolve();

  constructor(job: DecodeJob) {
    this.#job = job;
    const url = new URL("./_decode_worker.ts", import.meta.url);
    this.#worker = new Worker(url, { type: "module", name: "histone decoder" });
    this.#worker.onmessage = ({ data }: MessageEvent<DecodeReply>) => this.#hear(data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#waiting?.reject(new Error(`Cannot read: a worker failed: ${event.message}`));
    };
    const { source: { name, size }, directory } = job;
    this.#send({ kind: "file", name, size, directory });
  }

  async decode(member: number): Promise<void> {
    this.#member = member;
    this.#waiting = Promise.withResolvers();
    this.#send({ kind: "member", layout: this.#job.layouts[member] });
    await this.#waiting.promise;
  }

  dismiss(): void {
    this.#worker.terminate();
  }

  #send(request: DecodeRequest, transfer: Transferable[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  #hear(reply: DecodeReply): void {
    if (reply.kind === "read") this.#read(reply.offset, reply.length);
    else if (reply.kind === "rows") this.#job.take(this.#member, reply.batch);
    else if (reply.kind === "done") this.#waiting?.resolve();
    else this.#waiting?.reject(new Error(reply.message));
  }

  #read(offset: number, length: number): void {
    const { source } = this.#job;
    const bytes = source.read(offset, length);
    this.#lastRead = this.#lastRead.then(async () => {
      const read = await bytes;
      this.#send({ kind: "bytes", bytes: read }, source.readsAreCopies ? [read.buffer] : []);
    }).catch((error) => this.#waiting?.reject(error));
  }
}
