/** Data of which it is known what changes between cell types, and models of which it is known what they read. */

import { Dataset } from "../../src/data/dataset.ts";
import type { ModelSpec } from "../../src/model/spec.ts";
import { type TrainedModel, withInputRecord } from "../../src/model/trained_model.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { type DataRecord, DEEPCHROME_RECORD } from "../../src/record.ts";

export const MARKS = ["H3K27me3", "H3K4me3", "H3K9me3"] as const;
export const BINS = 20;

/** The record of these data. */
export const RECORD: DataRecord = { ...DEEPCHROME_RECORD, marks: MARKS };

/** What {@linkcode plantedChanges} makes. */
export interface PlantedOptions {
  readonly cellTypes?: readonly string[];
  readonly groups?: readonly string[];
  readonly genes?: number;
  readonly seed?: number;
}

/** Data with a change planted in one mark. */
export interface PlantedChanges {
  readonly data: Dataset;
  /** Whether the mark of each gene has more counts in the last cell type, `[gene]`. */
  readonly rises: readonly boolean[];
}

/** The mark that rises, and the bins in which it does. */
export const PLANTED = { mark: 1, startBin: 9, endBin: 12 } as const;

/**
 * Random counts in which H3K4me3 around the middle alone makes expression: the label is the sum of ln(1 + count) in bins 9
 * to 11. In the last cell type half of the genes have far more of it, and other marks change at random as they do between
 * all cell types.
 */
export function plantedChanges(
  { cellTypes = ["A", "B", "C", "D"], groups, genes = 80, seed = 1 }: PlantedOptions = {},
): PlantedChanges {
  const stream = new RandomStream(deriveKey(seed, "planted changes"));
  const rises = Array.from({ length: genes }, () => stream.uniform() < 0.5);
  const size = BINS * MARKS.length;
  const samples = genes * cellTypes.length;
  const signal = new Uint8Array(samples * size).map(() => stream.below(4));
  const [cellTypeIndex, geneIndex] = [new Uint32Array(samples), new Uint32Array(samples)];
  const labels = new Float64Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    const cellType = Math.floor(sample / genes);
    const gene = sample % genes;
    [cellTypeIndex[sample], geneIndex[sample]] = [cellType, gene];
    const isLast = cellType === cellTypes.length - 1;
    for (let bin = PLANTED.startBin; bin < PLANTED.endBin; bin++) {
      const at = sample * size + bin * MARKS.length + PLANTED.mark;
      signal[at] = isLast && rises[gene] ? 20 + stream.below(20) : stream.below(8);
      labels[sample]! += Math.log1p(signal[at]!);
    }
  }
  const data = new Dataset({
    signal,
    labels,
    cellTypes,
    cellTypeIndex,
    ...(groups && { cellTypeGroups: groups }),
    genes: Array.from({ length: genes }, (_, gene) => `ENSG${String(gene + 1).padStart(11, "0")}`),
    geneIndex,
    geneDetails: Array.from({ length: genes }, (_, gene) => ({ symbol: `GENE${gene + 1}` })),
    bins: BINS,
    record: RECORD,
  });
  return { data, rises };
}

/** A model of one dense layer: its prediction is the sum of weight · ln(1 + count), and a bias. */
export function linearModel(
  weights: ArrayLike<number>,
  { bias = 0 }: { readonly bias?: number } = {},
): TrainedModel {
  const spec: ModelSpec = {
    name: "linear",
    bins: BINS,
    marks: MARKS.length,
    layers: [{ type: "flatten" }, { type: "dense", units: 1 }],
    loss: "meanSquaredError",
  };
  return withInputRecord({
    spec,
    weights: [Float32Array.from(weights), Float32Array.of(bias)],
    record: { ...RECORD, transform: "log1p" },
    training: {
      engine: "none",
      seed: 0,
      epochs: 0,
      batchSize: 16,
      learningRate: 0.001,
      samples: 0,
    },
  });
}

/** Weights of {@linkcode linearModel}, `[bin, mark]`. */
export function randomWeights(seed: number): Float32Array {
  const stream = new RandomStream(deriveKey(seed, "weights"));
  return new Float32Array(BINS * MARKS.length).map(() => stream.normal());
}
