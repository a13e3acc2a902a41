import type { SampleSource } from "./sample_source.ts";

/** What training reads of samples besides their inputs. */
export interface LearnedRows {
  /** `[row]` */
  readonly labels: Float64Array<ArrayBuffer>;
  /** `[row]`; absent where each weighs 1. */
  readonly weights: Float64Array<ArrayBuffer> | undefined;
}

/**
 * Copies labels and weights in the order of `rows`. The variants of a sample have those of the sample.
 *
 * @param source The samples.
 * @param rows Which of them.
 * @returns Both.
 * @throws {TypeError} If the samples have no labels.
 */
export function gatherLearned(source: SampleSource, rows: Uint32Array): LearnedRows {
  const { samples, labels, weights } = source;
  if (labels === undefined) throw new TypeError("Cannot train: the data have no labels");
  const pick = (values: Float64Array) => {
    const picked = new Float64Array(rows.length);
    for (const [place, row] of rows.entries()) picked[place] = values[row % samples]!;
    return picked;
  };
  return { labels: pick(labels), weights: weights && pick(weights) };
}

/**
 * Labels and weights as engine webgpu reads them.
 *
 * @param learned Labels, and weights if they are not all 1.
 * @returns `[row, 2]`: label, weight.
 */
export function pairLearned(
  { labels, weights }: {
    readonly labels: Float64Array;
    readonly weights: Float64Array | undefined;
  },
): Float32Array<ArrayBuffer> {
  const pairs = new Float32Array(2 * labels.length);
  for (const [row, label] of labels.entries()) {
    pairs[2 * row] = label;
    pairs[2 * row + 1] = weights === undefined ? 1 : weights[row]!;
  }
  return pairs;
}
