/** Which leak each scheme of cross-validation lets through: seen by planting labels that only a leak can predict. */

import { ok } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { FOLD_SCHEMES, type FoldScheme } from "../../src/data/fold_scheme.ts";
import { pearson } from "../../src/metrics/pearson.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { foldAnyhow } from "../helpers/folds.ts";
import { tableColumns } from "../helpers/samples.ts";

type Key = "gene" | "cell type";

/** Labels that are the same in all samples of a gene, or of a cell type, with a little noise; the signal says nothing. */
function plantSignal(key: Key): Dataset {
  const columns = tableColumns(8, 24);
  const random = new RandomStream(deriveKey(3, key));
  const effects = Array.from({ length: 24 }, () => random.normal());
  const index = key === "gene" ? columns.geneIndex : columns.cellTypeIndex;
  const labels = Float64Array.from(index, (i) => effects[i]! + 0.1 * random.normal());
  return new Dataset({ ...columns, labels });
}

/** What a model that has memorised the genes, or the cell types, it was trained on says of others: their mean, else 0. */
function recall(key: Key, training: Dataset, validation: Dataset): Float64Array {
  const keyOf = (data: Dataset, i: number) => key === "gene" ? data.geneOf(i) : data.cellTypeOf(i);
  const sums = new Map<string, { sum: number; count: number }>();
  training.labels().forEach((label, i) => {
    const { sum, count } = sums.get(keyOf(training, i)) ?? { sum: 0, count: 0 };
    sums.set(keyOf(training, i), { sum: sum + label, count: count + 1 });
  });
  return Float64Array.from({ length: validation.length }, (_, i) => {
    const known = sums.get(keyOf(validation, i));
    return known === undefined ? 0 : known.sum / known.count;
  });
}

/** Correlation of what was memorised with the labels held out, over all folds. */
function scoreOfMemory(key: Key, scheme: FoldScheme): number {
  const folds = foldAnyhow(plantSignal(key), { folds: 4, scheme, seed: 1 });
  const predicted = folds.flatMap(({ training, validation }) => [
    ...recall(key, training, validation),
  ]);
  const labels = folds.flatMap(({ validation }) => [...validation.labels()]);
  // Nothing was recalled: no correlation.
  return predicted.every((value) => value === 0)
    ? 0
    : pearson(Float64Array.from(labels), Float64Array.from(predicted));
}

/** Schemes whose validation samples share genes, or cell types, with the training samples. */
const LETS_THROUGH: Readonly<Record<Key, readonly FoldScheme[]>> = {
  gene: ["contiguous", "shuffled", "by-cell-type", "by-group"],
  "cell type": ["shuffled", "by-gene", "by-chromosome"],
};

for (const key of ["gene", "cell type"] as const) {
  for (const scheme of FOLD_SCHEMES) {
    const leaks = LETS_THROUGH[key].includes(scheme);
    Deno.test(`memory of the ${key} ${leaks ? "looks like skill" : "is worth nothing"} under ${scheme} folds`, () => {
      const score = scoreOfMemory(key, scheme);
      ok(leaks ? score > 0.9 : Math.abs(score) < 0.4, `correlation ${score}`);
    });
  }
}
