/** A program of a TypeScript user, with the strictest settings: see package_test.ts. */

import {
  buildModel,
  type Dataset,
  fit,
  type FitOptions,
  pearson,
  readDataset,
} from "@waka/histone";
import { type CountingRule, type Gene, prepare, type SignalInput } from "@waka/histone/genome";
import { blobSource, type ByteSource, openNpz } from "@waka/histone/io";
import { plotTrainingLoss } from "@waka/histone/report";
import { openPredictor, predict, type Predictor } from "@waka/histone/training";

/** Options that are built step by step, which `exactOptionalPropertyTypes` looks at closely. */
export function settings(signal: AbortSignal | undefined, epochs?: number): FitOptions {
  return { seed: 7, engine: "wasm", signal, ...epochs !== undefined && { epochs } };
}

/** Trains, measures and plots. */
export async function train(path: string, options: FitOptions): Promise<[number, string]> {
  const data: Dataset = await readDataset(path);
  const { model, history } = await fit("wakawaka", data, options);
  const predicted = await predict(model, data, { engine: "wasm" });
  const figure = plotTrainingLoss(history);
  await using predictor: Predictor = await openPredictor(model);
  return [pearson(data.labels(), predicted), `${figure?.name} ${predictor.report.engine}`];
}

/** Reads a file that a page was given. */
export async function names(file: Blob): Promise<readonly string[]> {
  const source: ByteSource = blobSource(file);
  const npz = await openNpz(source);
  return npz.members.map(({ name }) => name);
}

/** Counts. */
export async function count(
  genes: readonly Gene[],
  inputs: readonly SignalInput[],
  rule: CountingRule,
): Promise<number> {
  const columns = await (await prepare(genes, inputs, { rule })).columns();
  return columns.signal.length;
}

/** An untrained model of tf.js, without waiting. */
export function layers(): number {
  return buildModel("wakawaka").layers.length;
}
