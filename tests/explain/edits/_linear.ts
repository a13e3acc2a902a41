/** A linear model whose predictions are known by hand, and samples for it. */

import { Dataset } from "../../../src/data/dataset.ts";
import type { EditEffect, PredictEditsOptions } from "../../../src/explain/mod.ts";
import { predictEdits } from "../../../src/explain/mod.ts";
import type { SampleColumns } from "../../../src/io/columns.ts";
import type { SequentialSpec } from "../../../src/model/spec.ts";
import { type TrainedModel, withInputRecord } from "../../../src/model/trained_model.ts";
import { deriveKey, RandomStream } from "../../../src/random.ts";
import { type DataRecord, DEEPCHROME_RECORD } from "../../../src/record.ts";

/** Bins of a sample. */
export const BINS = 6;
/** Marks of a sample. */
export const MARKS = ["H3K4me3", "H3K9me3", "H3K36me3"] as const;
/** The record of the samples. */
export const RECORD: DataRecord = { ...DEEPCHROME_RECORD, marks: MARKS };

/** Small integers, `[bin, mark]`: products with counts are exact in float32. */
export function randomWeights(seed: number): number[] {
  const stream = new RandomStream(deriveKey(seed, "weights"));
  return Array.from({ length: BINS * MARKS.length }, () => stream.below(9) - 4);
}

/** A model that adds up weighted numbers. */
export function linearModel(
  weights: readonly number[],
  { record = RECORD, ...more }: Partial<TrainedModel> = {},
): TrainedModel {
  const spec: SequentialSpec = {
    name: "linear",
    bins: BINS,
    marks: MARKS.length,
    layers: [{ type: "flatten" }, { type: "dense", units: 1 }],
    loss: "meanSquaredError",
  };
  const training = {
    engine: "none",
    seed: 1,
    epochs: 1,
    batchSize: 8,
    learningRate: 0.1,
    samples: 8,
  };
  return withInputRecord({
    spec,
    weights: [Float32Array.from(weights), Float32Array.of(0.5)],
    record,
    training,
    ...more,
  });
}

/** Samples of random counts of a full table, strand by strand + − and unknown in turn. */
export function linearColumns(cellTypes: number, genes: number, seed = 3): SampleColumns {
  const stream = new RandomStream(deriveKey(seed, "counts"));
  const count = cellTypes * genes;
  return {
    signal: Uint8Array.from({ length: count * BINS * MARKS.length }, () => stream.below(30)),
    labels: Float64Array.from({ length: count }, () => stream.below(1000) / 8),
    cellTypes: Array.from({ length: cellTypes }, (_, i) => `cell${i}`),
    cellTypeIndex: Uint32Array.from({ length: count }, (_, row) => Math.floor(row / genes)),
    genes: Array.from({ length: genes }, (_, i) => `gene${i}`),
    geneIndex: Uint32Array.from({ length: count }, (_, row) => row % genes),
    geneDetails: Array.from({ length: genes }, (_, i) => {
      const strand = ([{ strand: "+" }, { strand: "-" }, {}] as const)[i % 3]!;
      return { symbol: `SYM${i}`, ...strand };
    }),
    bins: BINS,
    record: RECORD,
  };
}

/** {@linkcode linearColumns} as a data set. */
export function linearData(cellTypes: number, genes: number): Dataset {
  return new Dataset(linearColumns(cellTypes, genes));
}

/** All effects of some edits, on engine wasm. */
export async function effectsOf(
  models: readonly TrainedModel[],
  data: Dataset,
  options: PredictEditsOptions,
): Promise<EditEffect[]> {
  const computed = { engine: "wasm", threads: 1, ...options } as const;
  return (await Array.fromAsync(predictEdits(models, data, computed))).flat();
}

/** The prediction of a linear model by hand. */
export function predictByHand(weights: readonly number[], values: ArrayLike<number>): number {
  return weights.reduce((sum, weight, i) => sum + weight * values[i]!, 0.5);
}
