/** Models whose weights are given, without training. */

import type { ModelSpec } from "../../src/model/spec.ts";
import { type TrainedModel, withInputRecord } from "../../src/model/trained_model.ts";
import type { DataRecord } from "../../src/record.ts";

/** A model with these weights for data of a record, whose counts it takes the logarithms of. */
export function modelOf(
  spec: ModelSpec,
  weights: readonly Float32Array<ArrayBuffer>[],
  record: DataRecord,
): TrainedModel {
  return withInputRecord({
    spec,
    weights,
    record: { ...record, transform: "log1p" },
    training: {
      engine: "wasm",
      seed: 1,
      epochs: 1,
      batchSize: 32,
      learningRate: 0.01,
      samples: 1,
    },
  });
}

/** b + Σ w · x over bins × marks. */
export function linearModel(
  { bins, marks, weights, bias = 0.5 }: {
    readonly bins: number;
    readonly marks: number;
    /** `[bin, mark]` */
    readonly weights: ArrayLike<number>;
    readonly bias?: number;
  },
  record: DataRecord,
): TrainedModel {
  const spec: ModelSpec = {
    name: "linear",
    bins,
    marks,
    layers: [{ type: "flatten" }, { type: "dense", units: 1 }],
    loss: "meanSquaredError",
  };
  return modelOf(spec, [Float32Array.from(weights), Float32Array.of(bias)], record);
}
