import type { PackedArray } from "../base/arrays.ts";
import type { InputSpec } from "../model/spec.ts";
import type { AbortOptions } from "../progress.ts";
import { type Transform, transformFunction } from "../record.ts";
import { checkInteger } from "../base/check_integer.ts";
import { kindOfValue } from "../base/kind_of_value.ts";
import { ContractError } from "../errors.ts";
import { checkLearned, checkPacked } from "./check_columns.ts";
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
   * Reads the signal of samples. A batch is refused if it gives the wrong number of values, another place, or not all samples.
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
 * @throws {RangeError} If a number of samples, bins or marks is out of range, or the transform is unknown.
 * @throws {TypeError} If `visitRows` is no function, or there is not one label or one weight for each sample.
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
    const { samples, bins, marks, labels, weights, transform, others, visitRows } = columns;
    const action = "take samples";
    checkInteger(samples, { action, name: "samples", least: 0 });
    checkInteger(bins, { action, name: "bins", least: 1 });
    checkInteger(marks, { action, name: "marks", least: 1 });
    if (typeof visitRows !== "function") {
      throw new TypeError(
        `Cannot take samples: visitRows is ${kindOfValue(visitRows)}, expected a function`,
      );
    }
    checkLearned(columns, action);
    // This throws if the transform is unknown.
    transformFunction(transform);
    this.samples = samples;
    this.inputs = [{ name: "signal", bins, marks }, ...others?.inputs ?? []];
    this.labels = labels ?? undefined;
    this.weights = weights ?? undefined;
    this.#columns = columns;
  }

  async gather(rows: Uint32Array, into: SampleBatch, options: AbortOptions = {}): Promise<void> {
    const { bins, marks, transform, others } = this.#columns;
    const size = bins * marks;
    const input = into.input("signal");
    const { values, entryOf } = input;
    const visits = new Visits(rows.length, size);
    await this.#columns.visitRows(rows, (own, place) => {
      visits.add(own, place);
      copyTransformed(own, { target: values, at: place * size, transform });
      entryOf[place] = place;
    }, options);
    visits.end();
    input.entries = rows.length;
    await others?.gather(rows, withoutSignal(into), options);
    into.samples = rows.length;
  }
}

/** What `visitRows` has given of a batch: a mistake in it would give the numbers of other samples. */
class Visits {
  readonly #isGiven: Uint8Array;
  readonly #size: number;
  #given = 0;

  /** `size` is the number of a sample's values. */
  constructor(samples: number, size: number) {
    this.#isGiven = new Uint8Array(samples);
    this.#size = size;
  }

  /** Notes a sample, unless its values or its place are wrong. */
  add(values: PackedArray, place: number): void {
    const samples = this.#isGiven.length;
    const isPlace = Number.isInteger(place) && place >= 0 && place < samples;
    if (!isPlace) refuse(`a sample at place ${place}`, `an integer from 0 to ${samples - 1}`);
    checkPacked(values, {
      action: "use what visitRows gave",
      name: `the signal at place ${place}`,
    });
    const { length } = values;
    if (length !== this.#size) {
      refuse(`${length} values of the sample at place ${place}`, String(this.#size));
    }
    if (this.#isGiven[place] === 0) this.#given++;
    this.#isGiven[place] = 1;
  }

  /** Checks that all samples were given. */
  end(): void {
    const samples = this.#isGiven.length;
    if (this.#given === samples) return;
    refuse(`${this.#given} samples when it ended`, `all ${samples}`);
  }
}

function refuse(found: string, expected: string): never {
  throw new ContractError(`Cannot use what visitRows gave: found ${found}, expected ${expected}`);
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
