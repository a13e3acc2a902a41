import type { PackedArray } from "../base/arrays.ts";
import type { InputSpec } from "../model/spec.ts";
import type { AbortOptions } from "../progress.ts";
import { type Transform, transformFunction } from "../record.ts";
import { copyTransformed } from "./copy_transformed.ts";
import type { SampleBatch, SampleSource } from "./sample_source.ts";

/** Samples whose signal is read when it is needed. */
export interface StoredSamples {
  /** Number of samples. */
  readonly samples: number;
  /** `[sample]`; needed to train. */
  readonly labels: Float64Array | undefined;
  /**
   * `[sample]`: factors of the samples' losses; see `SampleSource`.
   *
   * @default {1 for each}
   */
  readonly weights?: Float64Array | undefined;
  /** Number of bins of a sample. */
  readonly bins: number;
  /** Number of marks of a bin. */
  readonly marks: number;
  /** Applied to every value of the signal on its way into the network. */
  readonly transform: Transform;
  /**
   * Reads the signal of samples.
   *
   * @param rows Which samples.
   * @param visit Receives the values of each, `[bin, mark]`, in any order, with its place in `rows`.
   * @param options The signal of the call that the samples are for.
   * @returns Resolves once all were received.
   */
  visitRows(
    rows: Uint32Array,
    visit: (values: PackedArray, place: number) => void,
    options?: AbortOptions,
  ): Promise<void>;
  /**
   * The other inputs of the same samples, such as their sequences.
   *
   * @default {The signal is the only input}
   */
  readonly others?: SampleSource | undefined;
}

/**
 * Samples whose signal is not in memory, as engines take them: each batch is read when an engine asks for it.
 *
 * @param columns The samples, and how their signal is read.
 * @returns A source without `resident`.
 * @throws {RangeError} If the transform is unknown.
 *
 * @example A signal that is read sample by sample
 * ```ts
 * import { SampleBatch, storedSource } from "@waka/histone/engine";
 * import { deepStrictEqual } from "node:assert";
 *
 * const files = [Uint8Array.of(1, 2), Uint8Array.of(3, 4)]; // one a sample, [bin, mark]
 * const source = storedSource({
 *   samples: 2,
 *   labels: undefined,
 *   bins: 1,
 *   marks: 2,
 *   transform: "none",
 *   visitRows: async (rows, visit) => {
 *     for (const [place, row] of rows.entries()) visit(await Promise.resolve(files[row]!), place);
 *   },
 * });
 * const batch = new SampleBatch(source.inputs, 2);
 * await source.gather(Uint32Array.of(1, 0), batch);
 * deepStrictEqual([...batch.input("signal").values], [3, 4, 1, 2]);
 * ```
 */
export function storedSource(columns: StoredSamples): SampleSource {
  return new StoredSource(columns);
}

class StoredSource implements SampleSource {
  readonly samples: number;
  readonly inputs: readonly InputSpec[];
  readonly labels: Float64Array | undefined;
  readonly weights: Float64Array | undefined;
  readonly #columns: StoredSamples;

  constructor(columns: StoredSamples) {
    const { samples, bins, marks, labels, weights, transform, others } = columns;
    // This throws if the transform is unknown.
    transformFunction(transform);
    this.samples = samples;
    this.inputs = [{ name: "signal", bins, marks }, ...others?.inputs ?? []];
    this.labels = labels;
    this.weights = weights;
    this.#columns = columns;
  }

  async gather(rows: Uint32Array, into: SampleBatch, options: AbortOptions = {}): Promise<void> {
    const { bins, marks, transform, others } = this.#columns;
    const size = bins * marks;
    const input = into.input("signal");
    const { values, entryOf } = input;
    await this.#columns.visitRows(rows, (own, place) => {
      copyTransformed(own, { target: values, at: place * size, transform });
      entryOf[place] = place;
    }, options);
    input.entries = rows.length;
    await others?.gather(rows, withoutSignal(into), options);
    into.samples = rows.length;
  }
}

/** The same room for samples, as a source sees it that has all inputs but the signal. */
function withoutSignal(into: SampleBatch): SampleBatch {
  return {
    capacity: into.capacity,
    inputs: into.inputs.filter(({ spec }) => spec.name !== "signal"),
    samples: 0,
    input: (name) => into.input(name),
  };
}
