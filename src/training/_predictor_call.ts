import { deferred } from "../base/platform.ts";
import type { Dataset } from "../data/dataset.ts";
import type { PredictionPath } from "../engine/engine.ts";
import type { SampleSource } from "../engine/sample_source.ts";
import type { OnProgress } from "../progress.ts";

/** What a {@linkcode PredictorCall} is made of. */
export interface PredictorCallOptions {
  readonly data: Dataset;
  /** The samples as each model of the predictor takes them, `[model]`. */
  readonly sources: readonly SampleSource[];
  /** The positions of `data` in the order in which they are computed. */
  readonly order: Uint32Array;
  readonly path: PredictionPath;
  readonly onProgress: OnProgress | undefined;
}

/**
 * A call that waits to be computed, in parts. Its promise is settled once: by the last part, or by what makes the call
 * fail or end before.
 */
export class PredictorCall {
  readonly data: Dataset;
  /** The samples as each model of the predictor takes them, `[model]`. */
  readonly sources: readonly SampleSource[];
  readonly path: PredictionPath;
  /** Calls with the same key can be computed together; `undefined` if this one is computed by itself. */
  readonly key: string | undefined;
  /** The network's outputs of each model, `[model][position]`. */
  readonly outputs: readonly Float32Array<ArrayBuffer>[];
  readonly #order: Uint32Array;
  readonly #onProgress: PredictorCallOptions["onProgress"];
  readonly #result = deferred();
  /** Samples that no turn has taken yet begin here in `#order`. */
  #taken = 0;
  #computed = 0;
  #hasEnded = false;

  /** Takes nothing but the arguments; room for the outputs is made now. */
  constructor({ data, sources, order, path, onProgress }: PredictorCallOptions) {
    this.data = data;
    this.sources = sources;
    this.path = path;
    this.#order = order;
    this.#onProgress = onProgress;
    this.outputs = sources.map(() => new Float32Array(data.length));
    const residents = sources.map(({ resident }) => resident);
    this.key = residents.every((resident) => resident !== undefined)
      ? JSON.stringify([path, ...residents.map(({ transform }) => transform)])
      : undefined;
  }

  /** Fulfilled when all outputs are there. */
  get finished(): Promise<void> {
    return this.#result.promise;
  }

  /** Whether nobody waits for it any more. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Number of samples that no turn has taken yet. */
  get waiting(): number {
    return this.#order.length - this.#taken;
  }

  /** Takes samples for a turn: their positions. */
  take(count: number): Uint32Array {
    const positions = this.#order.subarray(this.#taken, this.#taken + count);
    this.#taken += positions.length;
    return positions;
  }

  /** Says that samples were computed; the last ones end the call. */
  advance(count: number): void {
    if (this.#hasEnded) return;
    this.#computed += count;
    try {
      const total = this.#order.length;
      this.#onProgress?.({ done: this.#computed, total, unit: "samples" });
    } catch (error) {
      return this.fail(error);
    }
    if (this.#computed < this.#order.length) return;
    this.#hasEnded = true;
    this.#result.resolve();
  }

  /** Ends the call before it is finished. */
  fail(error: unknown): void {
    this.#hasEnded = true;
    this.#result.reject(error);
  }
}
