/** What the commands that predict share. */

import type { Dataset } from "../src/data/dataset.ts";
import type { EngineName, EngineReport } from "../src/engine/select.ts";
import { ContractError } from "../src/errors.ts";
import { pathKind } from "../src/io/file.ts";
import { loadModel } from "../src/model/save_load.ts";
import type { TrainedModel } from "../src/model/trained_model.ts";
import { predict } from "../src/training/predict.ts";
import { ProgressLine } from "./_progress.ts";

/** Flags of the commands that predict. */
export interface PredictionFlags {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly engine: EngineName;
  readonly threads?: number;
}

/** What a model predicted, and on which engine. */
export interface PredictionRun {
  readonly predicted: Float32Array<ArrayBuffer>;
  readonly engine: string;
}

/** Loads the model of `--model`; done before data are read, which may take long. */
export async function loadNamedModel(directory: string): Promise<TrainedModel> {
  if (await pathKind(`${directory}/model.json`) === undefined) {
    throw new ContractError(
      `Cannot load model: no file "${directory}/model.json". --model is the directory model/ ` +
        "inside a run's directory",
    );
  }
  return await loadModel(directory);
}

/** Predicts with a progress line. */
export async function predictWithProgress(
  model: TrainedModel,
  data: Dataset,
  options: Pick<PredictionFlags, "engine" | "threads"> & { readonly signal: AbortSignal },
): Promise<PredictionRun> {
  const { engine, threads, signal } = options;
  const progress = new ProgressLine("samples");
  let report: EngineReport | undefined;
  const predicted = await predict(model, data, {
    ...{ engine, threads, signal },
    onStart: (started) => report = started,
    onProgress: (done) => progress.update({ done, total: data.length, label: "predicting" }),
  });
  progress.clear();
  return { predicted, engine: report!.engine };
}
