/** Decodes a file's members, on worker threads where that is worth starting them. */

import { attemptAsync, type Deferred, deferred } from "../base/platform.ts";
import { chooseThreads } from "../base/threads.ts";
import { startWorker, whyNoWorkers, type WorkerThread } from "../base/workers.ts";
import { type MemberLayout, type RowBatch, rowBatches } from "./_competition_decoder.ts";
import type { DecodeReply, DecodeRequest } from "./decode_worker.ts";
import { ZipNpzReader } from "./_npz_reader.ts";
import type { ZipDirectory } from "./_zip_directory.ts";
import type { ByteSource } from "../files/byte_source.ts";

/** The number of values that one thread decodes in about the time that it takes to start others. */
const FEW_VALUES = 2 ** 24;
/** The main thread reads for all workers, and each of them takes memory. */
const MOST_WORKERS = 8;

/** A file, and the members of it that are wanted. */
export interface DecodeJob {
  readonly source: ByteSource;
  readonly directory: ZipDirectory;
  readonly layouts: readonly MemberLayout[];
  /** Number of threads that decode; by default as many as are worth it. */
  readonly threads: number | undefined;
  /** Gives the work up. */
  readonly signal?: AbortSignal | undefined;
  /** Receives rows of a member with its place in `layouts`; the rows of different members come in any order. */
  readonly take: (member: number, batch: RowBatch) => void;
}

/**
 * Decodes members, several at a time.
 *
 * @throws {FormatError} If a member is damaged; the error is that of the first such member.
 */
export async function decodeMembers(job: DecodeJob): Promise<void> {
  const { source, directory, layouts } = job;
  const workers = chooseWorkers(job);
  /** The number of rows of each member that were passed on; the batches of a member are the same on every thread. */
  const taken = layouts.map(() => 0);
  let refused: { readonly error: unknown } | undefined;
  const take: DecodeJob["take"] = (member, batch) => {
    if (batch.firstRow < taken[member]!) return;
    taken[member] = batch.firstRow + batch.geneIds.length;
    try {
      job.take(member, batch);
    } catch (error) {
      refused = { error };
      throw error;
    }
  };
  const finished = workers > 1 ? await decodeOnWorkers({ ...job, take }, workers) : new Set();
  // An error of the caller, such as one of onProgress, is not a worker's.
  if (refused !== undefined) throw refused.error;
  job.signal?.throwIfAborted();
  // Members that no worker finished are decoded here: a damaged member, for the error object, of which a worker can send
  // only the message, or all members where a page lets no worker start.
  const npz = new ZipNpzReader(source, directory);
  for (const [member, layout] of layouts.entries()) {
    if (finished.has(member)) continue;
    for await (const batch of rowBatches(npz, layout)) take(member, batch);
  }
}

function chooseWorkers({ layouts, threads }: DecodeJob): number {
  if (whyNoWorkers() !== undefined) return 1;
  const values = layouts.reduce(
    (sum, { rows, bins, marks }) => sum + rows * bins * marks.length,
    0,
  );
  const worth = threads ?? (values < FEW_VALUES ? 1 : undefined);
  return Math.min(chooseThreads(worth), layouts.length, MOST_WORKERS);
}

/** Returns the members that were decoded to their ends: all of them, unless one fails. */
async function decodeOnWorkers(job: DecodeJob, count: number): Promise<Set<number>> {
  const workers: DecodeWorker[] = [];
  const finished = new Set<number>();
  let next = 0;
  const work = async (worker: DecodeWorker) => {
    while (next < job.layouts.length) {
      const member = next++;
      await worker.decode(member);
      finished.add(member);
    }
  };
  const abort = () => workers.forEach((worker) => worker.abort(job.signal!.reason));
  job.signal?.addEventListener("abort", abort);
  try {
    while (workers.length < count) workers.push(new DecodeWorker(job));
    // No further member is started after one that fails.
    const giveUp = () => {
      next = job.layouts.length;
    };
    await Promise.all(workers.map((worker) => work(worker).catch(giveUp)));
  } catch {
    // A page may forbid workers altogether.
  } finally {
    job.signal?.removeEventListener("abort", abort);
    for (const worker of workers) worker.dismiss();
  }
  return finished;
}

/** A worker thread, and the main thread's answers to it. */
class DecodeWorker {
  readonly #job: DecodeJob;
  readonly #worker: WorkerThread;
  #member = 0;
  #waiting: Deferred<void> | undefined;
  /** Settles when the last read was sent: bytes are sent in the order in which they were asked for. */
  #lastRead: Promise<void> = Promise.resolve();

  constructor(job: DecodeJob) {
    this.#job = job;
    this.#worker = startWorker("decode", "histone decoder");
    this.#worker.onmessage = ({ data }: MessageEvent<DecodeReply>) => this.#hear(data);
    this.#worker.onmessageerror = () => this.#fail(new Error("a message could not be read"));
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fail(new Error(event.message || "its program could not be loaded"));
    };
    const { source: { name, size }, directory } = job;
    this.#send({ kind: "file", name, size, directory });
  }

  async decode(member: number): Promise<void> {
    this.#member = member;
    this.#waiting = deferred();
    this.#send({ kind: "member", layout: this.#job.layouts[member]! });
    await this.#waiting.promise;
  }

  /** Ends the member that is being decoded. */
  abort(reason: unknown): void {
    this.#fail(reason);
  }

  dismiss(): void {
    this.#worker.terminate();
  }

  #send(request: DecodeRequest, transfer: Transferable[] = []): void {
    this.#worker.postMessage(request, transfer);
  }

  #fail(error: unknown): void {
    this.#waiting?.reject(error);
  }

  #hear(reply: DecodeReply): void {
    try {
      if (reply.kind === "read") this.#read(reply.offset, reply.length);
      else if (reply.kind === "rows") this.#job.take(this.#member, reply.batch);
      else if (reply.kind === "done") this.#waiting?.resolve();
      else this.#fail(new Error(reply.message));
    } catch (error) {
      this.#fail(error);
    }
  }

  #read(offset: number, length: number): void {
    const { source } = this.#job;
    const bytes = attemptAsync(() => source.read(offset, length));
    // A read may fail before its turn comes.
    bytes.catch(() => undefined);
    this.#lastRead = this.#lastRead.then(async () => {
      // A message would carry the whole buffer of a view.
      const own = source.readsAreCopies ? await bytes : (await bytes).slice();
      this.#send({ kind: "bytes", bytes: own }, [own.buffer]);
    }).catch((error) => this.#fail(error));
  }
}
