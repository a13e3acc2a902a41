import { ContractError } from "../errors.ts";
import type { AbortOptions } from "../progress.ts";
import { isChecked, markChecked } from "./joined_source.ts";
import { describeInputShape, type SampleBatch, type SampleSource } from "./sample_source.ts";

/** Several sources one after another. */
export interface StackedSource {
  /** All samples. */
  readonly source: SampleSource;
  /** The number of each source's first sample in `source`. */
  readonly firsts: readonly number[];
}

/**
 * Puts sources one after another, for members of a session that have samples of their own: such as the folds of a
 * cross-validation, whose samples have other references. A batch holds samples of one of them.
 *
 * @param sources The sources: one or more, with the same inputs and numbers of variants.
 * @returns One source, and where each of them begins in it. Sample i of source s is sample `firsts[s]` + i; its variants
 * follow at distances of the number of all samples.
 * @throws {ContractError} If there are no sources, their inputs or variants differ, or only some have weights.
 *
 * @example Two sources of one sample each
 * ```ts
 * import { memorySource, SampleBatch, stackSources } from "@waka/histone/engine";
 * import { deepStrictEqual } from "node:assert";
 *
 * const of = (value: number) =>
 *   memorySource({ signal: Uint8Array.of(value), labels: undefined, bins: 1, marks: 1, transform: "none" });
 * const { source, firsts } = stackSources([of(5), of(7)]);
 * const batch = new SampleBatch(source.inputs, 1);
 * await source.gather(Uint32Array.of(firsts[1]!), batch);
 * deepStrictEqual([...batch.input("signal").values], [7]);
 * ```
 */
export function stackSources(sources: readonly SampleSource[]): StackedSource {
  const [first, ...others] = sources;
  if (first === undefined) {
    throw new ContractError("Cannot stack sources: there are 0, expected one or more");
  }
  if (others.length === 0) return { source: first, firsts: [0] };
  for (const other of others) checkAlike(first, other);
  const source = new Stack(sources);
  if (sources.every(isChecked)) markChecked(source);
  return { source, firsts: source.firsts };
}

class Stack implements SampleSource {
  readonly samples: number;
  readonly variants: number;
  readonly inputs: SampleSource["inputs"];
  readonly labels: Float64Array | undefined;
  readonly weights: Float64Array | undefined;
  /** The first sample of each source. */
  readonly firsts: readonly number[];
  readonly #sources: readonly SampleSource[];

  constructor(sources: readonly SampleSource[]) {
    const [{ inputs, variants = 1 }] = sources as readonly [SampleSource];
    this.#sources = sources;
    let samples = 0;
    this.firsts = sources.map((source) => (samples += source.samples) - source.samples);
    this.samples = samples;
    this.variants = variants;
    this.inputs = inputs;
    this.labels = joinColumns(sources.map(({ labels }) => labels), samples);
    this.weights = joinColumns(sources.map(({ weights }) => weights), samples);
  }

  async gather(rows: Uint32Array, into: SampleBatch, options?: AbortOptions): Promise<void> {
    const place = this.#placeOf(rows[0] ?? 0);
    const { samples } = this.#sources[place]!;
    const first = this.firsts[place]!;
    const own = rows.map((row) => {
      const sample = row % this.samples - first;
      if (sample < 0 || sample >= samples) {
        throw new ContractError("Cannot gather samples: a batch has those of several sources");
      }
      return (row - row % this.samples) / this.samples * samples + sample;
    });
    await this.#sources[place]!.gather(own, into, options);
  }

  /** The number of the source that has a row. */
  #placeOf(row: number): number {
    return this.firsts.findLastIndex((first) => first <= row % this.samples);
  }
}

function joinColumns(
  columns: readonly (Float64Array | undefined)[],
  length: number,
): Float64Array<ArrayBuffer> | undefined {
  const joined = new Float64Array(length);
  let at = 0;
  for (const column of columns) {
    if (column === undefined) return undefined;
    joined.set(column, at);
    at += column.length;
  }
  return joined;
}

function checkAlike(first: SampleSource, other: SampleSource): void {
  const describe = ({ inputs, variants = 1, weights }: SampleSource) =>
    [
      ...inputs.map((input) => `${input.name}: ${describeInputShape(input)}`),
      `${variants} variants`,
      ...(weights === undefined ? [] : ["weights"]),
    ]
      .join(", ");
  if (describe(first) === describe(other)) return;
  throw new ContractError(
    `Cannot stack sources: one has ${describe(other)}, expected ${describe(first)}`,
  );
}
