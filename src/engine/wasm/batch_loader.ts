import type { InputSpec } from "../../model/spec.ts";
import { gatherBatch } from "../gather_batch.ts";
import type { SampleSource } from "../sample_source.ts";
import { ArrangedBatch } from "./arranged_batch.ts";
import { BatchArranger } from "./batch_arranger.ts";
import { BatchWriter } from "./batch_writer.ts";
import type { BatchedRows, RowBatch } from "./batched_rows.ts";
import type { ExecutionContext } from "./ops/context.ts";
import type { Plan } from "./plan/types.ts";

/** Which samples to load, and what to do with each batch. */
export interface LoadOptions extends BatchedRows {
  readonly mode: "predict" | "explain";
  /**
   * Computes a batch, which is in the inputs of the plan's chains. While it waits for threads the next batch is gathered.
   * Returns whether to continue.
   */
  readonly compute: (batch: RowBatch) => Promise<boolean>;
}

/** Loads samples batch by batch into the inputs of a plan's chains, for predictions and explanations. */
export class BatchLoader {
  readonly #context: ExecutionContext;
  readonly #writer: BatchWriter;
  /** A batch that was written is not needed any more: the next one is gathered in its place. */
  readonly #arranged: ArrangedBatch;
  readonly #arranger: BatchArranger;

  /** `inputs` are those of the model. */
  constructor(context: ExecutionContext, plan: Plan, inputs: readonly InputSpec[]) {
    this.#context = context;
    this.#writer = new BatchWriter(context, plan);
    this.#arranged = new ArrangedBatch(plan, inputs);
    this.#arranger = new BatchArranger(plan, this.#arranged);
  }

  /** Says that the weights moved: what predictions have computed of entries holds no longer. */
  forget(): void {
    this.#arranger.forget();
  }

  /** Computes all batches, in order; writes each while no thread works. */
  async forEachBatch(source: SampleSource, options: LoadOptions): Promise<void> {
    let isWhole = false;
    try {
      isWhole = await this.#computeAll(source, options);
    } finally {
      // A batch may have been arranged and not computed.
      if (!isWhole) this.forget();
    }
  }

  /** Returns whether all batches were computed. */
  async #computeAll(source: SampleSource, options: LoadOptions): Promise<boolean> {
    const { rows, batchSize, mode, signal, compute } = options;
    const arranged = this.#arranged;
    const gather = async (start: number) => {
      const own = rows.subarray(start, start + batchSize);
      await gatherBatch(source, own, arranged.batch, { signal });
      arranged.mode = mode;
      this.#arranger.arrange();
    };
    signal.throwIfAborted();
    if (rows.length === 0) return true;
    await gather(0);
    for (let start = 0; start < rows.length; start += batchSize) {
      const end = start + batchSize;
      this.#writer.write(arranged);
      this.#arranger.noteWritten(this.#context.words);
      const { entries } = arranged;
      const computing = compute({ start, rows: rows.subarray(start, end), entries });
      const gathering = end < rows.length && !signal.aborted ? gather(end) : undefined;
      // Both must have ended before the caller hears of a failure.
      await Promise.allSettled([computing, gathering]);
      if (!await computing) return false;
      signal.throwIfAborted();
      await gathering;
    }
    return true;
  }
}
