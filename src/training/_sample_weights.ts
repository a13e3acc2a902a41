/** How much each sample counts. */

import { findNonNumber } from "../base/find_non_number.ts";
import { showValue } from "../base/show_value.ts";
import { toHex } from "../base/platform.ts";
import { sha256 } from "../base/bytes.ts";
import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import type { SampleColumns } from "../io/columns.ts";
import type { FitRun } from "./fit_types.ts";

/** Weights of the samples of some columns. */
export interface SampleWeights {
  readonly values: Float64Array<ArrayBuffer>; // [sample]
  readonly sha256: string;
}

/**
 * Copies weights of samples.
 *
 * @param weights `[sample]`.
 * @param columns The samples.
 * @throws {TypeError} If there is not one for each sample, or one is no number.
 * @throws {RangeError} If one is negative or not finite.
 */
export async function checkSampleWeights(
  weights: ArrayLike<number>,
  columns: SampleColumns,
): Promise<SampleWeights> {
  const samples = columns.geneIndex.length;
  if (weights.length !== samples) {
    throw new TypeError(
      `Cannot weigh samples: found ${weights.length} weights, expected ${samples}, one for each sample of the columns`,
    );
  }
  checkNumbers(weights);
  const values = Float64Array.from(weights);
  const bad = values.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (bad >= 0) {
    throw new RangeError(
      `Cannot weigh samples: the weight of sample ${bad} is ${
        values[bad]
      }, expected a finite number >= 0`,
    );
  }
  return { values, sha256: toHex(await sha256(new Uint8Array(values.buffer))) };
}

/**
 * Puts weights of a data set's samples in the places of its columns' samples; 0 for samples that are not in it.
 *
 * @param data The samples.
 * @param weights `[position]`.
 * @throws {TypeError} If there is not one for each sample, or one is no number.
 */
export function spreadSampleWeights(
  data: Dataset,
  weights: ArrayLike<number> | undefined,
): Float64Array | undefined {
  if (weights === undefined) return undefined;
  if (weights.length !== data.length) {
    throw new TypeError(
      `Cannot weigh samples: found ${weights.length} weights, expected ${data.length}, one for each sample`,
    );
  }
  checkNumbers(weights);
  const spread = new Float64Array(data.columns.geneIndex.length);
  data.rows.forEach((row, position) => spread[row] = weights[position]!);
  return spread;
}

/** Texts and JSON's null would count as numbers. */
function checkNumbers(weights: ArrayLike<unknown>): void {
  const bad = findNonNumber(weights);
  if (bad < 0) return;
  throw new TypeError(
    `Cannot weigh samples: the weight of sample ${bad} is ${
      showValue(weights[bad])
    }, expected a number`,
  );
}

/**
 * Leaves out the samples of weight 0, so that nothing is learnt from them: no weights, no gene effects, no panel.
 *
 * @param runs The runs.
 * @param weights `[sample]` of their columns.
 * @returns The runs; those with the same samples still share them.
 * @throws {ContractError} If a run has no other samples.
 */
export function leaveOutWeightless(
  runs: readonly FitRun[],
  weights: SampleWeights | undefined,
): readonly FitRun[] {
  if (weights === undefined || !weights.values.includes(0)) return runs;
  const kept = new Map<Dataset, Dataset>();
  const keep = (data: Dataset) => {
    const found = kept.get(data);
    if (found !== undefined) return found;
    const view = data.filter((position) => weights.values[data.rows[position]!]! > 0);
    if (view.length === 0) {
      throw new ContractError(
        "Cannot weigh samples: all samples to train on have weight 0, expected one to learn from at least",
      );
    }
    const left = view.length === data.length ? data : view;
    kept.set(data, left);
    return left;
  };
  return runs.map((run) => ({ ...run, data: keep(run.data) }));
}
