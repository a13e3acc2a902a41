/**
 * Where an engine takes its samples from: the inputs of a sample by name, and batches of them on request. An engine
 * knows nothing else about the data, so samples that do not fit into memory only need another implementation.
 *
 * @module
 */

import { sharedBuffer } from "../base/shared_memory.ts";
import type { PackedArray } from "../base/arrays.ts";
import { entryShape, isOverReferences } from "../model/inputs.ts";
import { sizeOf } from "../model/layer_shapes.ts";
import type { InputName, InputSpec } from "../model/spec.ts";
import type { AbortOptions } from "../progress.ts";
import type { Transform } from "../record.ts";

/** Samples that an engine trains on or predicts. */
export interface SampleSource {
  /** Number of samples; rows count from 0. */
  readonly samples: number;
  /**
   * Variants of each sample, such as the same one with marks or references hidden. Row `variant · samples + sample` is
   * a variant of a sample, with that sample's label and weight. Variant 0 is the sample itself.
   *
   * @default {1}
   */
  readonly variants?: number | undefined;
  /** The inputs that each sample has. */
  readonly inputs: readonly InputSpec[];
  /** `[sample]`; needed to train. */
  readonly labels: Float64Array | undefined;
  /**
   * `[sample]`: factors of the samples' losses, finite and at least 0. The loss of a batch is the mean over its samples
   * of weight · loss; weights that do not average 1 scale it.
   *
   * @default {1 for each}
   */
  readonly weights?: Float64Array | undefined;
  /**
   * The whole signal, where it is in memory and the only input. Engines may keep a copy near the hardware for as long
   * as they are given the same source.
   */
  readonly resident?: ResidentSignal | undefined;
  /**
   * Copies samples as float32, transformed, in the order of `rows`. What several of them share, such as a gene's
   * sequence or a reference, is copied once.
   *
   * Engines may ask for a batch before another one is complete, each into its own memory. They refuse a batch that does
   * not hold the requested samples, an entry that does not exist, and the code of a base that is not 0 to 4.
   *
   * A call that its signal ends does not wait for the source. The next one that needs the same memory does, as the source may
   * still write to it: so a source that can wait for long should end when its signal aborts.
   *
   * @param rows Which samples; at most `into.capacity`, and all below `samples · variants`.
   * @param into Receives them.
   * @param options The signal of the call that the samples are for.
   */
  gather(rows: Uint32Array, into: SampleBatch, options?: AbortOptions): void | Promise<void>;
}

/** A signal in memory. */
export interface ResidentSignal {
  /** `[sample, bin, mark]`, row-major. */
  readonly signal: PackedArray;
  /** Applied to every value on its way into the network. */
  readonly transform: Transform;
}

/**
 * Marks a reference that a sample lacks, in {@linkcode GatheredInput.entryOf}.
 *
 * @example A sample with one of two references
 * ```ts
 * import { NO_ENTRY } from "@waka/histone/engine";
 * import { strictEqual } from "node:assert";
 *
 * const entryOf = Uint32Array.of(0, NO_ENTRY); // [sample, reference]
 * strictEqual(entryOf[1], 2 ** 32 - 1);
 * ```
 */
export const NO_ENTRY = 0xffffffff;

/** One input of the samples of a batch: distinct entries, and which of them each sample has. */
export interface GatheredInput {
  /** The input. */
  readonly spec: InputSpec;
  /** Number of distinct entries gathered. */
  entries: number;
  /**
   * `[entry, …shape of one]`, row-major, with room for an entry for each place: `[entry, bin, mark]` for `signal`,
   * `[entry, value]` for `references`, `[entry, base]` for `sequence`, as codes: A 0, C 1, G 2, T 3, and 4 where the letter
   * is not known, which a branch sees as four zeros.
   */
  readonly values: Float32Array;
  /**
   * `[sample]`, or for `references` and `referenceLabels` `[sample, reference]`: the entry of each,
   * {@linkcode NO_ENTRY} where a reference is missing.
   */
  readonly entryOf: Uint32Array;
}

/** Options of a {@linkcode SampleBatch}. */
export interface SampleBatchOptions {
  /**
   * Whether the arrays lie in memory that threads share.
   *
   * @default false
   */
  readonly shared?: boolean | undefined;
}

/**
 * Room for the gathered samples of a batch, which is used again for the next batch.
 *
 * @example Two samples of a signal
 * ```ts
 * import { memorySource, SampleBatch } from "@waka/histone/engine";
 * import { strictEqual } from "node:assert";
 *
 * const signal = Uint8Array.of(1, 2, 3, 4); // [sample, bin, mark]
 * const source = memorySource({ signal, labels: undefined, bins: 2, marks: 1, transform: "none" });
 * const batch = new SampleBatch(source.inputs, 2);
 * await source.gather(Uint32Array.of(1), batch);
 * strictEqual(batch.samples, 1);
 * strictEqual(batch.input("signal").values[0], 3);
 * ```
 */
export class SampleBatch {
  /** Samples that it has room for. */
  readonly capacity: number;
  /** The inputs, in the order of the source's. */
  readonly inputs: readonly GatheredInput[];
  /** Number of samples gathered. */
  samples = 0;

  /** Takes memory for `capacity` samples with these inputs. */
  constructor(
    inputs: readonly InputSpec[],
    capacity: number,
    { shared = false }: SampleBatchOptions = {},
  ) {
    const allocate = (length: number) =>
      shared ? sharedBuffer(4 * length) : new ArrayBuffer(4 * length);
    this.capacity = capacity;
    this.inputs = inputs.map((spec) => {
      const places = capacity * placesOf(spec);
      return {
        spec,
        entries: 0,
        values: new Float32Array(allocate(places * entrySize(spec))),
        entryOf: new Uint32Array(allocate(places)),
      };
    });
  }

  /**
   * The input of that name.
   *
   * @param name Which one.
   * @returns Its entries.
   * @throws {RangeError} If the samples have no input of that name.
   */
  input(name: InputName): GatheredInput {
    const found = this.inputs.find(({ spec }) => spec.name === name);
    if (found !== undefined) return found;
    throw new RangeError(
      `Cannot find input "${name}": the samples have ${describeInputs(this.inputs)}`,
    );
  }
}

/**
 * Number of the rows of a source: of all variants of all samples.
 *
 * @param source The samples.
 * @returns Rows are below it.
 */
export function countRows({ samples, variants = 1 }: SampleSource): number {
  return samples * variants;
}

function describeInputs(inputs: readonly GatheredInput[]): string {
  return inputs.map(({ spec }) => spec.name).join(", ");
}

/**
 * Entries that a sample has of an input.
 *
 * @param input Which input.
 * @returns The number of its references, or 1.
 */
export function placesOf(input: InputSpec): number {
  return isOverReferences(input) ? input.references : 1;
}

/**
 * Values of one entry of an input, as a batch holds them.
 *
 * @param input Which input.
 * @returns The product of the entry's shape.
 */
export function entrySize(input: InputSpec): number {
  return sizeOf(entryShape(input));
}

/**
 * Describes an input's shape for people.
 *
 * @param input Which input.
 * @returns Such as `100 bins × 5 marks`.
 */
export function describeInputShape(input: InputSpec): string {
  switch (input.name) {
    case "signal":
      return `${input.bins} bins × ${input.marks} marks`;
    case "markMask":
      return `a mask of ${input.marks} marks`;
    case "sequence":
      return `${input.bases} bases`;
    case "summary":
      return `a summary of ${input.values} values`;
    case "references":
      return `${input.references} references × ${input.values} values`;
    case "referenceLabels":
      return `${input.references} references × ${input.values} labels`;
    case "context":
      return `${input.values} values of context`;
  }
}
