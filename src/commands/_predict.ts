/** What the commands that predict share. */

import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import type { EngineName, EngineReport } from "../engine/select.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { type EnsemblePrediction, predictEnsemble } from "../training/ensemble.ts";
import { countKnownGenes } from "../training/gene_effects.ts";
import type { PredictOptions } from "../training/predict.ts";
import { ProgressLine } from "./_progress.ts";

/** Flags of the commands that predict. */
export interface PredictionFlags {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly engine: EngineName;
  readonly threads?: number;
  readonly record?: string;
}

/** What one model, or several together, predicted, and on which engine. */
export interface PredictionRun extends EnsemblePrediction {
  readonly engine: string;
}

/** Predicts with a progress line. */
export async function predictWithProgress(
  models: readonly TrainedModel[],
  data: Dataset,
  options: Pick<PredictOptions, "engine" | "threads" | "signal" | "geneEffects">,
): Promise<PredictionRun> {
  const { engine, threads, signal, geneEffects } = options;
  const progress = new ProgressLine("samples");
  const total = models.length * data.length;
  let report: EngineReport | undefined;
  const prediction = await predictEnsemble(models, data, {
    ...{ engine, threads, signal, geneEffects },
    onStart: (started) => report = started,
    onProgress: (done) => progress.update({ done, total, label: "predicting" }),
  });
  progress.clear();
  sayKnownGenes(models, data);
  return { ...prediction, engine: report!.engine };
}

/** Says how many of the genes a model that knows genes had been trained on: the others get no effect of their own. */
function sayKnownGenes(models: readonly TrainedModel[], data: Dataset): void {
  const effects = models.find(({ geneEffects }) => geneEffects !== undefined)?.geneEffects;
  if (effects === undefined) return;
  const { known, genes } = countKnownGenes(effects, data);
  console.log(
    `The model knew ${known.toLocaleString("en-US")} of ${formatCountOf(genes, "gene")}.`,
  );
  if (known > 0) return;
  console.error(
    `warning: none of the genes, such as ${
      data.describeGene(0)
    }, is one that the model was trained on, such as ` +
      `${effects.genes[0]}: are the identifiers of one kind?`,
  );
}
