import { showValue } from "../../base/show_value.ts";
import type { PackedArray } from "../../base/arrays.ts";
import type { Dataset } from "../../data/dataset.ts";
import { makeStretches, writeStretches } from "../signal.ts";

/** How the features of a sample are made from its counts. */
export interface RidgeFeatures {
  /** Number of features. */
  readonly count: number;
  /** The features in words. */
  readonly description: string;
  /** Writes the features of a sample, given its counts `[bin, mark]`, to the start of `out`. */
  readonly write: (counts: PackedArray, out: Float64Array) => void;
}

/** Into how many stretches the bins of a sample are summed. */
export interface RidgeStretches {
  /** Number of stretches whose sums are features by themselves. */
  readonly stretches: number;
  /** Number of stretches whose sums are squared and multiplied with each other; 0 for none. */
  readonly productStretches: number;
}

/**
 * Makes the features of ridge regression: ln(1 + sum) of the counts of each mark in each stretch of bins, followed, if
 * wanted, by the squares and all products of two such values of other, usually wider stretches.
 *
 * @throws {RangeError} If a number of stretches is not one that the bins can be cut into.
 */
export function makeRidgeFeatures(
  data: Dataset,
  { stretches, productStretches }: RidgeStretches,
): RidgeFeatures {
  checkStretches("stretches", stretches, { least: 1, most: data.bins });
  checkStretches("productStretches", productStretches, { least: 0, most: data.bins });
  const linear = makeStretches(data, stretches);
  const { marks } = linear;
  const linearCount = marks * stretches;
  if (productStretches === 0) {
    return {
      count: linearCount,
      description: `${marks} marks × ${stretches} stretches`,
      write: (counts, out) => writeStretches(linear, counts, out),
    };
  }
  const wide = makeStretches(data, productStretches);
  const factors = new Float64Array(marks * productStretches);
  return {
    count: linearCount + factors.length * (factors.length + 1) / 2,
    description: `${marks} marks × ${stretches} stretches, squares and products of ` +
      `${marks} × ${productStretches}`,
    write(counts, out) {
      writeStretches(linear, counts, out);
      writeStretches(wide, counts, factors);
      writeProducts(factors, out.subarray(linearCount));
    },
  };
}

/** Writes every product of two factors, and every square, once: `[i, j ≤ i]`. */
function writeProducts(factors: Float64Array, out: Float64Array): void {
  let place = 0;
  for (let i = 0; i < factors.length; i++) {
    for (let j = 0; j <= i; j++) out[place++] = factors[i]! * factors[j]!;
  }
}

function checkStretches(
  name: string,
  count: number,
  { least, most }: { readonly least: number; readonly most: number },
): void {
  if (Number.isInteger(count) && count >= least && count <= most) return;
  throw new RangeError(
    `Cannot fit ridge regression: ${name} is ${
      showValue(count)
    }, expected an integer from ${least} to ` +
      `${most}, the number of bins`,
  );
}
