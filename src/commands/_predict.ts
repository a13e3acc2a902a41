/** Code that the commands that predict share. */

import type { Command } from "commander";
import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import type { EngineName, EngineReport } from "../engine/select.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { type EnsemblePrediction, predictEnsemble } from "../training/ensemble.ts";
import { countKnownGenes } from "../training/gene_effects.ts";
import type { PredictOptions } from "../training/predict.ts";
import type { CommandCall } from "./flags.ts";
import { warnIfConstant } from "./_metrics.ts";
import { loadModels } from "../runs/models.ts";
import { openOutput, type OverwriteFlag } from "./_outputs.ts";
import { ProgressLine } from "./_progress.ts";
import { loadData } from "./_data.ts";

/** Flags of the commands that predict. */
export interface PredictionFlags {
  readonly model: string;
  readonly data: string;
  readonly out: string;
  readonly engine: EngineName;
  readonly threads?: number | undefined;
  readonly record?: string | undefined;
  readonly acceptAssembly?: boolean | undefined;
}

/** Flags of the commands that write their predictions to a file. */
export type WritePredictionFlags = PredictionFlags & OverwriteFlag;

/** Declares the flags that name a model and the data to predict. */
export function declarePrediction(command: Command): Command {
  return command
    .requiredOption("--model <dir>", "directory of a run, or of a model")
    .requiredOption("--data <path>", "competition .npz, DeepChrome .csv, or a folder")
    .option(
      "--accept-assembly",
      "accept windows around the same genes in another build of the model's species, such as hg38 for hg19",
      false,
    );
}

/** Predictions of one model or an ensemble, and the engine that computed them. */
export interface PredictionRun extends EnsemblePrediction {
  readonly engine: string;
  /** A sentence for each difference between model and data that was accepted. */
  readonly notes: readonly string[];
}

/** How a command writes its predictions. */
interface WriteOptions {
  /** The text with which the command's files begin, and where it may replace one; see `openOutput`. */
  readonly begins: string;
  readonly usual: string;
  /** Whether to print a line if the model knows no genes by name. */
  readonly saysKnownGenes?: boolean;
  /** Refuses unsuitable data before anything is predicted. */
  readonly check?: ((data: Dataset) => void) | undefined;
  /** Writes the file. */
  readonly write: (
    sink: WritableStream<Uint8Array>,
    prediction: PredictionRun & { readonly data: Dataset },
  ) => Promise<void>;
}

/**
 * Predicts the data that the flags name and writes the predictions to the file that they name.
 *
 * @returns The line that says which file was written, and the number of predictions.
 */
export async function predictIntoFile(
  flags: WritePredictionFlags,
  { signal }: CommandCall,
  { begins, usual, saysKnownGenes = false, check, write }: WriteOptions,
): Promise<{ readonly output: string; readonly predictions: number }> {
  const { model, out, overwrite, engine, threads } = flags;
  await using output = await openOutput(out, { begins, usual, overwrite });
  const models = await loadModels(model);
  const data = await loadData(flags.data, flags);
  check?.(data);
  const prediction = await predictWithProgress(models, data, { engine, threads, signal });
  if (saysKnownGenes && !models.some(knowsGenes)) {
    console.info("The model knows no gene by name: it predicts from the marks alone.");
  }
  warnIfConstant(prediction.mean);
  await output.write((sink) =>
    write(sink, {
      data,
      members: prediction.members,
      mean: prediction.mean,
      engine: prediction.engine,
    })
  );
  return { output: output.done, predictions: prediction.mean.length };
}

function knowsGenes({ geneEffects }: TrainedModel): boolean {
  return geneEffects !== undefined;
}

/** Predicts with a progress line. */
export async function predictWithProgress(
  models: readonly TrainedModel[],
  data: Dataset,
  options: Pick<
    PredictOptions,
    "engine" | "threads" | "signal" | "geneEffects" | "acceptAssembly"
  >,
): Promise<PredictionRun> {
  const { engine, threads, signal, geneEffects, acceptAssembly } = options;
  const notes = new Set<string>();
  const progress = new ProgressLine("samples");
  const total = models.length * data.length;
  let report: EngineReport | undefined;
  const prediction = await predictEnsemble(models, data, {
    engine,
    threads,
    signal,
    geneEffects,
    acceptAssembly,
    onNote: (note) => notes.add(note),
    onStart: (started) => report = started,
    onProgress: (done) => progress.update({ done, total, label: "predicting" }),
  });
  progress.clear();
  for (const note of notes) console.info(`Note: ${note}.`);
  reportKnownGenes(models, data);
  return { ...prediction, engine: report!.engine, notes: [...notes] };
}

/** Prints how many of the genes a model with gene effects was trained on: the others get no effect. */
function reportKnownGenes(models: readonly TrainedModel[], data: Dataset): void {
  const effects = models.find(knowsGenes)?.geneEffects;
  if (effects === undefined) return;
  const { known, genes } = countKnownGenes(effects, data);
  console.info(
    `The model knew ${known.toLocaleString("en-US")} of ${formatCountOf(genes, "gene")}.`,
  );
  if (known > 0) return;
  console.warn(
    `warning: none of the genes, such as ${
      data.describeGene(0)
    }, is one that the model was trained on, such as ` +
      `${effects.genes[0]}: are the identifiers of one kind?`,
  );
}
