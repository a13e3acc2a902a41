/** Mean profiles of inputs, and what a baseline is for a sample that lacks some values. */

import {
  entrySize,
  type GatheredInput,
  NO_ENTRY,
  placesOf,
  type SampleBatch,
} from "../engine/sample_source.ts";
import type { InputName, InputSpec } from "../model/spec.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import { summaryShape } from "../panel/summary.ts";

/** The value of a context that says whether the ones before it are known. */
const LABELS_FLAG = 4;

/**
 * For each value of an entry, the place of the value that is 0 if this one is not known; its own place for such a flag;
 * −1 for a value that is always known.
 */
export function flagsOf(input: InputSpec, panel: ReferencePanel | undefined): Int32Array {
  const size = entrySize(input);
  switch (input.name) {
    case "summary":
    case "references": {
      if (panel === undefined) return new Int32Array(size).fill(-1);
      const { valuesOfMark } = summaryShape({ bins: panel.bins, marks: panel.record.marks.length });
      return Int32Array.from(
        { length: size },
        (_, value) => value - value % valuesOfMark + valuesOfMark - 1,
      );
    }
    case "context":
      return Int32Array.from({ length: size }, (_, value) => Math.max(value, LABELS_FLAG));
    default:
      return new Int32Array(size).fill(-1);
  }
}

/** One entry of each input, by the input's name: what all samples are compared with. */
export type Profile = ReadonlyMap<InputName, Float32Array<ArrayBuffer>>;

/** Adds up entries of samples; a value that is not known does not count. */
export class ProfileSums {
  readonly #inputs: readonly InputSpec[];
  readonly #flags: ReadonlyMap<InputName, Int32Array>;
  readonly #sums: ReadonlyMap<InputName, Float64Array>;
  readonly #counts: ReadonlyMap<InputName, Float64Array>;

  constructor(inputs: readonly InputSpec[], flags: ReadonlyMap<InputName, Int32Array>) {
    const zeros = () =>
      new Map(inputs.map((input) => [input.name, new Float64Array(entrySize(input))]));
    this.#inputs = inputs;
    this.#flags = flags;
    this.#sums = zeros();
    this.#counts = zeros();
  }

  /** Adds samples, with every reference that they have. */
  add(batch: SampleBatch): void {
    for (const { name } of this.#inputs) this.#addInput(batch.input(name), batch.samples);
  }

  #addInput({ spec, values, entryOf }: GatheredInput, samples: number): void {
    const [sums, counts, flags] = [this.#sums, this.#counts, this.#flags].map((all) =>
      all.get(spec.name)!
    ) as [Float64Array, Float64Array, Int32Array];
    const size = sums.length;
    for (let place = 0; place < samples * placesOf(spec); place++) {
      const entry = entryOf[place]!;
      if (entry === NO_ENTRY) continue;
      const first = entry * size;
      for (let i = 0; i < size; i++) {
        const flag = flags[i]!;
        if (flag >= 0 && values[first + flag] === 0) continue;
        sums[i]! += values[first + i]!;
        counts[i]!++;
      }
    }
  }

  /** The means; 0 for a value that no sample had. */
  mean(): Profile {
    return new Map([...this.#sums].map(([name, sums]) => {
      const counts = this.#counts.get(name)!;
      const means = new Float32Array(sums.length);
      // A loop: `from` with a function takes 200 times as long, and expected gradients take a profile for each draw.
      for (let i = 0; i < means.length; i++) {
        means[i] = counts[i] === 0 ? 0 : sums[i]! / counts[i]!;
      }
      return [name, means];
    }));
  }
}

/** A profile of zeros. */
export function zeroProfile(inputs: readonly InputSpec[]): Profile {
  return new Map(inputs.map((input) => [input.name, new Float32Array(entrySize(input))]));
}

/**
 * Writes the baseline of one entry: the profile's values, but the entry's own for flags and for what is not known of it, so
 * that these add nothing.
 */
export function writeBaseline(
  profile: Float32Array,
  { own, flags, target }: {
    readonly own: Float32Array;
    readonly flags: Int32Array;
    readonly target: Float32Array;
  },
): void {
  for (let i = 0; i < profile.length; i++) {
    const flag = flags[i]!;
    const stays = flag >= 0 && (flag === i || own[flag] === 0);
    target[i] = stays ? own[i]! : profile[i]!;
  }
}
