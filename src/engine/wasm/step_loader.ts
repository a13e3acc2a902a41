import type { InputSpec } from "../../model/spec.ts";
import { gatherBatch } from "../gather_batch.ts";
import type { SampleSource } from "../sample_source.ts";
import { ArrangedBatch } from "./arranged_batch.ts";
import { BatchArranger } from "./batch_arranger.ts";
import type { BatchedRows, RowBatch } from "./batched_rows.ts";
import type { BatchLists } from "./batch_lists.ts";
import type { Plan } from "./plan/types.ts";

/** Which samples to train on, and what takes a step. */
export interface StepOptions extends BatchedRows {
  /** Has threads take a step after those before; returns whether to continue when that step has been taken. */
  readonly take: (batch: ListedBatch) => Promise<boolean>;
}

/** A batch that is in one of the loader's lists. */
export interface ListedBatch extends RowBatch {
  /** Number of the lists. */
  readonly lists: number;
}

/** Batches that are in memory at the same time: threads take a step with one while another is gathered. */
const SLOTS = 2;

/** Room for a batch, and whether the step that was last taken with it was followed by others. */
interface Slot {
  readonly arranged: ArrangedBatch;
  readonly arranger: BatchArranger;
  taken: Promise<boolean>;
}

/** Gathers the batches of training steps ahead of the threads, which find the next one ready when a step is done. */
export class StepLoader {
  readonly #slots: readonly Slot[];

  /** `inputs` are those of the model. */
  constructor(plan: Plan, inputs: readonly InputSpec[]) {
    this.#slots = Array.from({ length: SLOTS }, () => {
      const arranged = new ArrangedBatch(plan, inputs, { shared: true });
      arranged.mode = "train";
      const arranger = new BatchArranger(plan, arranged);
      return { arranged, arranger, taken: Promise.resolve(true) };
    });
  }

  /** Where threads find the batches. */
  get lists(): readonly BatchLists[] {
    return this.#slots.map(({ arranged }) => arranged.lists);
  }

  /** Takes all steps, in order. */
  async takeAll(source: SampleSource, options: StepOptions): Promise<void> {
    try {
      await this.#takeAll(source, options);
    } finally {
      // No thread may read a batch when the caller hears of a failure.
      await Promise.allSettled(this.#slots.map(({ taken }) => taken));
      for (const slot of this.#slots) slot.taken = Promise.resolve(true);
    }
  }

  async #takeAll(source: SampleSource, options: StepOptions): Promise<void> {
    const { rows, batchSize, signal, take } = options;
    for (let start = 0; start < rows.length; start += batchSize) {
      const lists = start / batchSize % SLOTS;
      const slot = this.#slots[lists]!;
      if (!await slot.taken) return;
      signal.throwIfAborted();
      const batch = rows.subarray(start, start + batchSize);
      await gatherBatch(source, batch, slot.arranged.batch, { signal });
      signal.throwIfAborted();
      slot.arranger.arrange();
      const { entries } = slot.arranged;
      slot.taken = take({ start, rows: batch, entries, lists });
      // It is heard of when the slot is asked for again, which may be later than it fails.
      slot.taken.catch(() => {});
    }
    for (const { taken } of this.#slots) await taken;
    signal.throwIfAborted();
  }
}
