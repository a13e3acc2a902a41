/** Predicts the page's samples, as the command `predict` does. */

import { sha256 } from "../../base/bytes.ts";
import { toHex } from "../../base/platform.ts";
import { formatCountOf } from "../../base/count.ts";
import type { Dataset } from "../../data/dataset.ts";
import { evaluatePredictions } from "../../data/evaluate.ts";
import type { EngineName } from "../../engine/select.ts";
import type { TrainedModel } from "../../model/mod.ts";
import {
  countKnownGenes,
  predictEnsemble,
  predictIntervals,
  type PredictionIntervals,
} from "../../training/mod.ts";
import { noteOfUnlike } from "../../validation/describe_unlike.ts";
import { findUnlike } from "../../validation/mod.ts";
import type { PredictionSummary } from "../protocol.ts";
import type { CallContext } from "./call.ts";
import type { KeptState } from "./kept_state.ts";

/** Predictions of all samples, `[position]`. */
export interface HeldPredictions {
  readonly predictions: Float32Array<ArrayBuffer>;
  /** Ends of intervals; absent without. */
  readonly low?: ArrayLike<number>;
  readonly high?: ArrayLike<number>;
  /** What is new about the samples to the model, on which the widths of intervals depend; absent without these. */
  readonly regimes?: PredictionIntervals["regimes"];
}

/** What is predicted. */
export interface PredictJob {
  readonly model: TrainedModel;
  readonly data: Dataset;
  /** Share of measured values that intervals hold. */
  readonly interval?: number | undefined;
  /** Whether data of another assembly than the model's are taken. */
  readonly acceptAssembly?: boolean | undefined;
  readonly engine: EngineName;
  readonly threads?: number | undefined;
}

/**
 * Predicts samples.
 *
 * @throws {ContractError} If the model does not fit the data, or intervals are asked of a model that was not calibrated.
 * @throws The reason of the signal, if it is aborted.
 */
export async function predictData(
  job: PredictJob,
  { signal, onProgress }: CallContext,
): Promise<HeldPredictions & { readonly summary: PredictionSummary }> {
  const { model, data, interval, acceptAssembly, engine, threads } = job;
  // What intervals lack is said before the predictions, which may take long.
  if (interval !== undefined) withIntervals(new Float32Array(data.length), job);
  const notes: string[] = [];
  const { mean } = await predictEnsemble([model], data, {
    engine,
    threads,
    path: "grouped",
    acceptAssembly,
    signal,
    // The commands put "Note:" before it.
    onNote: (text) => void notes.push(text.charAt(0).toUpperCase() + text.slice(1)),
    onProgress: ({ done, total }) => onProgress({ doing: "Predicting", done, total }),
  });
  const { mse, pearson } = data.hasLabels
    ? evaluatePredictions(data, mean).overall
    : { mse: null, pearson: null };
  return {
    ...withIntervals(mean, job),
    summary: {
      samples: data.length,
      ...(interval !== undefined && { interval }),
      ...(mse !== null && pearson !== null && { measured: { mse, pearson } }),
      notes: [...notes, ...describeCellTypes(model, data), ...describeGenes(model, data)],
      digest: await digestPredictions(mean),
    },
  };
}

/**
 * Of samples that the model learned from, takes the agreement that training measured, in which the effect of a gene leaves
 * its own sample out, and says what it is worth.
 */
export function withTrainingAgreement(
  summary: PredictionSummary,
  { data, model, history }: KeptState,
): PredictionSummary {
  if (history === undefined || history.samples !== data?.digest) return summary;
  return {
    ...summary,
    ...(summary.measured && model?.metrics && { measured: model.metrics }),
    notes: [
      "The model learned from these samples, so how well it agrees with them says nothing of new ones",
      ...summary.notes,
    ],
  };
}

/** Adds intervals to predictions, if they are wanted. */
export function withIntervals(
  predictions: Float32Array<ArrayBuffer>,
  { model, data, interval }: Pick<PredictJob, "model" | "data" | "interval">,
): HeldPredictions {
  if (interval === undefined) return { predictions };
  const { low, high, regimes } = predictIntervals(model, data, {
    predictions,
    confidence: interval,
  });
  return { predictions, low, high, regimes };
}

function describeCellTypes({ typicalSignal }: TrainedModel, data: Dataset): string[] {
  if (typicalSignal === undefined) return [];
  return findUnlike(typicalSignal, data).map(noteOfUnlike);
}

function describeGenes({ geneEffects, panel, spec }: TrainedModel, data: Dataset): string[] {
  const scores = spec.loss === "rank"
    ? ["The model was trained to rank: its predictions are scores without a unit"]
    : [];
  const effects = geneEffects ?? panel;
  if (effects === undefined) return scores;
  const { known, genes } = countKnownGenes(effects, data);
  const told = `The model knew ${known.toLocaleString("en-US")} of ${formatCountOf(genes, "gene")}`;
  return [...scores, told];
}

/** SHA-256 of predictions as float32, little-endian. */
async function digestPredictions(predictions: Float32Array): Promise<string> {
  const view = new DataView(new ArrayBuffer(4 * predictions.length));
  for (const [i, value] of predictions.entries()) view.setFloat32(4 * i, value, true);
  const digest = await sha256(new Uint8Array(view.buffer));
  return toHex(digest);
}
