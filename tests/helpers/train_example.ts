import type { Engine, SessionState } from "../../src/engine/engine.ts";
import type { SignalColumns } from "../../src/engine/memory_source.ts";
import { initialWeights } from "../../src/model/initial_weights.ts";
import type { SequentialSpec as ModelSpec } from "../../src/model/spec.ts";
import { openOne } from "./one_model.ts";

/** Counts, and labels 0 or 1, which suit every loss. */
export function exampleData(spec: ModelSpec, samples: number): SignalColumns {
  const { bins, marks } = spec;
  const signal = Uint8Array.from({ length: samples * bins * marks }, (_, i) => i * 7919 % 23 % 7);
  const labels = Float64Array.from({ length: samples }, (_, i) => i * 31 % 7 > 2 ? 1 : 0);
  return { signal, labels, bins, marks, transform: "log1p" };
}

/** How to train on {@linkcode exampleData}. */
export interface ExampleTraining {
  readonly samples: number;
  readonly batchSize: number;
  readonly epochs: number;
  readonly threads?: number;
  readonly learningRate?: number;
}

/** What {@linkcode trainExample} returns. */
export interface ExampleResult {
  readonly losses: number[];
  readonly predicted: Float32Array;
  readonly state: SessionState;
}

/** Trains from new weights on samples in reverse order. */
export async function trainExample(
  engine: Engine,
  spec: ModelSpec,
  options: ExampleTraining,
): Promise<ExampleResult> {
  const { samples, batchSize, epochs, threads, learningRate = 0.001 } = options;
  const data = exampleData(spec, samples);
  const order = Uint32Array.from({ length: samples }, (_, row) => samples - 1 - row);
  const weights = initialWeights(spec, 5);
  const settings = { weights, seed: 3, batchSize, learningRate, threads };
  await using session = await openOne(engine, spec, settings);
  const losses: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    losses.push(await session.runEpoch({ data, order, epoch }));
  }
  return { losses, predicted: await session.predict(data, order), state: await session.state() };
}

/**
 * Twelve steps after which two float32 implementations still agree: later, maxima of a pooling come as close to each other
 * as rounding takes them apart, and with other maxima the two part.
 */
export function comparableRun(spec: ModelSpec): ExampleTraining {
  // Normalised over four samples many gradients are zero but for rounding, and Adam makes whole steps of
  // their signs: with steps of any size the two would part as two runs with other roundings do.
  const normalised = spec.layers.some(({ type }) => type === "batchNorm");
  return { samples: 4, batchSize: 4, epochs: 12, learningRate: normalised ? 1e-6 : 1e-3 };
}
