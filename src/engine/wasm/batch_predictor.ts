import { sharedBuffer } from "../../base/shared_memory.ts";
import type { InputSpec } from "../../model/spec.ts";
import { gatherBatch } from "../gather_batch.ts";
import type { MemberCall } from "../member_session.ts";
import { entrySize, placesOf, SampleBatch, type SampleSource } from "../sample_source.ts";
import type { JobRunner } from "./job_runner.ts";
import type { BatchPredictionJob } from "./jobs.ts";

/** The most and the fewest samples of a batch: those of a batch share what is gathered. */
const MOST_SAMPLES = 480;
const LEAST_SAMPLES = 96;
/** Room that a batch may take, unless the fewest samples need more: each reference might be another one. */
const BATCH_BYTES = 32 * 1024 * 1024;
/** Batches of a thread: one is computed while another is gathered. */
const BATCHES_OF_THREAD = 2;

/** A batch of a thread, and when it is free. */
class Slot {
  readonly batch: SampleBatch;
  readonly thread: number;
  /** Fulfilled with the slot when nothing reads its batch. */
  free: Promise<this> = Promise.resolve(this);

  constructor(batch: SampleBatch, thread: number) {
    this.batch = batch;
    this.thread = thread;
  }
}

/** Predicts samples that the caller's thread gathers, batch by batch; threads compute whole batches. */
export class BatchPredictor {
  readonly #jobs: JobRunner;
  readonly #inputs: readonly InputSpec[];
  /** Samples for which a batch has room. */
  readonly #capacity: number;
  #slots: readonly Slot[] = [];
  #ownBatch: SampleBatch | undefined;

  /** `inputs` are those of the model. */
  constructor(jobs: JobRunner, inputs: readonly InputSpec[]) {
    this.#jobs = jobs;
    this.#inputs = inputs;
    const bytes = inputs.reduce((sum, input) => sum + 4 * placesOf(input) * entrySize(input), 0);
    const fitting = Math.floor(BATCH_BYTES / bytes);
    this.#capacity = Math.max(LEAST_SAMPLES, Math.min(MOST_SAMPLES, fitting));
  }

  /** Predicts rows of a source. */
  async predict(
    source: SampleSource,
    rows: Uint32Array,
    call: MemberCall,
  ): Promise<Float32Array<ArrayBuffer>> {
    if (this.#jobs.isShortPrediction(rows.length)) {
      const predicted = await this.#predictHere(source, rows, call);
      // Gathering may have waited.
      call.signal.throwIfAborted();
      return predicted;
    }
    const predicted = new Float32Array(sharedBuffer(4 * rows.length));
    await this.#predictOnThreads(source, { rows, predicted, ...call });
    return new Float32Array(predicted);
  }

  async #predictHere(
    source: SampleSource,
    rows: Uint32Array,
    { signal }: MemberCall,
  ): Promise<Float32Array<ArrayBuffer>> {
    const known = this.#ownBatch;
    const fits = known !== undefined && known.capacity >= rows.length;
    const batch = this.#ownBatch = fits ? known : new SampleBatch(this.#inputs, rows.length);
    await gatherBatch(source, rows, batch, { signal });
    const predicted = new Float32Array(rows.length);
    this.#jobs.predictBatchHere({ kind: "predictBatch", inputs: batch.inputs, predicted });
    return predicted;
  }

  async #predictOnThreads(
    source: SampleSource,
    { rows, predicted, signal, onProgress }: MemberCall & {
      readonly rows: Uint32Array;
      readonly predicted: Float32Array;
    },
  ): Promise<void> {
    const slots = this.#takeSlots();
    // One batch for each slot, if there are enough rows.
    const even = Math.ceil(rows.length / slots.length);
    const size = Math.max(LEAST_SAMPLES, Math.min(this.#capacity, even));
    let done = 0;
    try {
      for (let start = 0; start < rows.length; start += size) {
        const slot = await Promise.race(slots.map(({ free }) => free));
        signal.throwIfAborted();
        const own = rows.subarray(start, start + size);
        await gatherBatch(source, own, slot.batch, { signal });
        const job: BatchPredictionJob = {
          kind: "predictBatch",
          inputs: slot.batch.inputs,
          predicted: predicted.subarray(start, start + own.length),
        };
        slot.free = this.#jobs.predictBatch(slot.thread, job).then(() => {
          onProgress(done += own.length);
          return slot;
        });
        // It is heard of when the slot is asked for again, which may be later than it fails.
        slot.free.catch(() => {});
      }
      await Promise.all(slots.map(({ free }) => free));
    } finally {
      // All must have ended before the caller hears of a failure; who failed first was thrown already.
      await Promise.allSettled(slots.map(({ free }) => free));
      for (const slot of slots) slot.free = Promise.resolve(slot);
    }
    signal.throwIfAborted();
  }

  /** The batches of all threads: the first of each thread, then the second. */
  #takeSlots(): readonly Slot[] {
    if (this.#slots.length > 0) return this.#slots;
    const { threads } = this.#jobs;
    return this.#slots = Array.from({ length: BATCHES_OF_THREAD * threads }, (_, index) => {
      return new Slot(
        new SampleBatch(this.#inputs, this.#capacity, { shared: true }),
        index % threads,
      );
    });
  }
}
