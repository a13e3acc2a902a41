import type { PackedArray } from "../base/arrays.ts";
import { checkInteger } from "../base/check_integer.ts";
import { kindOfValue } from "../base/kind_of_value.ts";
import { UnsupportedModelError } from "../errors.ts";
import { type Transform, transformFunction } from "../record.ts";
import { checkLearned, checkPacked } from "./check_columns.ts";
import { copyTransformed } from "./copy_transformed.ts";
import type { ResidentSignal, SampleBatch, SampleSource } from "./sample_source.ts";

/** Samples of one signal each, as whole columns in memory. */
export interface SignalColumns {
  /** `[sample, bin, mark]`, row-major. */
  readonly signal: PackedArray;
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
  /** Applied to every value of `signal` on its way into the network. */
  readonly transform: Transform;
}

/**
 * Samples in memory, as engines take them. Use the same source again for the same columns: engines may keep a copy near
 * the hardware for as long as they are given the same one.
 *
 * @param columns The samples; they are not copied.
 * @returns A source whose `resident` is the signal.
 * @throws {TypeError} If there are no columns, the signal, the labels or the weights are no typed arrays, such as plain ones, the length of the
 * signal is not a multiple of a sample's, or there is not one label or one weight for each sample.
 * @throws {RangeError} If `bins` or `marks` is not an integer of at least 1, or the transform is unknown.
 *
 * @example Gathering two samples
 * ```ts
 * import { memorySource, SampleBatch } from "@waka/histone/engine";
 * import { deepStrictEqual } from "node:assert";
 *
 * const signal = Uint8Array.of(1, 2, 3, 4, 5, 6); // [sample, bin, mark]: three samples of one bin and two marks
 * const source = memorySource({ signal, labels: undefined, bins: 1, marks: 2, transform: "none" });
 * const batch = new SampleBatch(source.inputs, 2);
 * await source.gather(Uint32Array.of(2, 0), batch);
 * deepStrictEqual([...batch.input("signal").values], [5, 6, 1, 2]);
 * ```
 */
export function memorySource(columns: SignalColumns): SampleSource {
  if (typeof columns !== "object" || columns === null) {
    throw new TypeError(`Cannot take samples: found ${kindOfValue(columns)}, expected columns`);
  }
  return new MemorySource(columns);
}

class MemorySource implements SampleSource {
  readonly samples: number;
  readonly inputs: SampleSource["inputs"];
  readonly labels: Float64Array | undefined;
  readonly weights: Float64Array | undefined;
  readonly resident: NonNullable<SampleSource["resident"]>;
  readonly #size: number;

  constructor({ signal, labels, weights, bins, marks, transform }: SignalColumns) {
    const action = "take samples";
    checkPacked(signal, { action, name: "signal" });
    checkInteger(bins, { action, name: "bins", least: 1 });
    checkInteger(marks, { action, name: "marks", least: 1 });
    this.#size = bins * marks;
    this.samples = signal.length / this.#size;
    if (!Number.isInteger(this.samples)) {
      throw new TypeError(
        `Cannot take samples of ${bins} bins × ${marks} marks from ${signal.length} values: ` +
          `expected a multiple of ${this.#size}`,
      );
    }
    checkLearned({ samples: this.samples, labels, weights }, action);
    // This throws if the transform is unknown.
    transformFunction(transform);
    this.inputs = [{ name: "signal", bins, marks }];
    this.labels = labels ?? undefined;
    this.weights = weights ?? undefined;
    this.resident = { signal, transform };
  }

  gather(rows: Uint32Array, into: SampleBatch): void {
    const { signal, transform } = this.resident;
    const size = this.#size;
    const input = into.input("signal");
    const { values, entryOf } = input;
    for (const [place, row] of rows.entries()) {
      const own = signal.subarray(row * size, (row + 1) * size);
      copyTransformed(own, { target: values, at: place * size, transform });
      entryOf[place] = place;
    }
    input.entries = rows.length;
    into.samples = rows.length;
  }
}

/**
 * The whole signal of some samples, for engines that copy it near the hardware.
 *
 * @param source The samples.
 * @returns Signal, transform and shape of a sample.
 * @throws {UnsupportedModelError} If the signal is not in memory.
 */
export function residentSignal(
  { resident, inputs: [input] }: SampleSource,
): ResidentSignal & Pick<SignalColumns, "bins" | "marks"> {
  if (resident === undefined || input?.name !== "signal") {
    throw new UnsupportedModelError("Cannot copy samples: found no signal in memory, expected one");
  }
  const { signal, transform } = resident;
  const { bins, marks } = input;
  return { signal, transform, bins, marks };
}
