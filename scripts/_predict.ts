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

/** A model, what it predicted and where. */
export interface PredictionRun {
  readonly model: TrainedModel;
  readonly predicted: Float32Array<ArrayBuffer>;
  readonly engine: string;
}

/** Loads the model of `--model` and predicts with a progress line. */
export async function predictWithProgress(
  flags: PredictionFlags,
  data: Dataset,
  signal: AbortSignal,
): Promise<PredictionRun> {
  if (await pathKind(`${flags.model}/model.json`) === undefined) {
    throw new ContractError(
      `Cannot load model: no file "${flags.model}/model.json". --model is the directory model/ ` +
        "inside a run's directory",
    );
  }
  const model = await loadModel(flags.model);
  const progress = new ProgressLine("samples");
  let report: EngineReport | undefined;
  const predicted = await predict(model, data, {
    engine: flags.engine,
    threads: flags.threads,
    signal,
    onStart: (started) => report = started,
    onProgress: (done) => progress.update({ done, total: data.length, label: "predicting" }),
  });
  progress.clear();
  return { model, predicted, engine: report!.engine };
}
