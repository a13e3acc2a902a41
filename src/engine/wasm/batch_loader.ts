import type { InputSpec } from "../../model/spec.ts";
import { SampleBatch, type SampleSource } from "../sample_source.ts";
import { BatchWriter } from "./batch_writer.ts";
import type { ExecutionContext, ForwardPass } from "./ops/context.ts";
import type { Plan } from "./plan/types.ts";

/** Which samples to load, in batches of a size. */
export interface LoadOptions {
  readonly rows: Uint32Array;
  /** Samples of a batch; the last one takes what is left. */
  readonly batchSize: number;
  readonly mode: ForwardPass["mode"];
  readonly signal: AbortSignal;
}

/** A batch that is in the inputs of a plan's chains. */
export interface LoadedBatch {
  /** Place of its first sample among the rows. */
  readonly start: number;
  readonly rows: Uint32Array;
  /** Entries of each encoder, then the number of samples. */
  readonly entries: readonly number[];
}

/** Loads samples batch by batch into the inputs of a plan's chains. */
export class BatchLoader {
  readonly #inputs: readonly InputSpec[];
  readonly #writer: BatchWriter;
  readonly #capacity: number;
  #batch: SampleBatch | undefined;

  /** `inputs` are those of the model. */
  constructor(context: ExecutionContext, plan: Plan, inputs: readonly InputSpec[]) {
    this.#inputs = inputs;
    this.#writer = new BatchWriter(context, plan, inputs);
    this.#capacity = plan.batchSize;
  }

  /** Loads a batch each time the next one is asked for: while no thread works. */
  async *load(
    source: SampleSource,
    { rows, batchSize, mode, signal }: LoadOptions,
  ): AsyncGenerator<LoadedBatch> {
    this.#batch ??= new SampleBatch(this.#inputs, this.#capacity);
    for (let start = 0; start < rows.length; start += batchSize) {
      signal.throwIfAborted();
      const some = rows.subarray(start, start + batchSize);
      await source.gather(some, this.#batch);
      yield { start, rows: some, entries: this.#writer.write(this.#batch, mode) };
    }
    signal.throwIfAborted();
  }
}
