/** Predicts the same samples from several subsets of their marks, in one session. */

import type { Dataset } from "../data/dataset.ts";
import type { Session } from "../engine/engine.ts";
import { selectEngine } from "../engine/select.ts";
import { ContractError, DivergedError } from "../errors.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { unscalePredictions } from "./_label_scale.ts";
import { predictRows } from "./_predict_rows.ts";
import { predictSource } from "./_predict_source.ts";
import { countKnownGenes, geneEffectsOf, leaveOneOutEffects } from "./gene_effects.ts";
import type { PredictOptions } from "./predict_options.ts";

/** Engines take memory for training on a batch, which a prediction does not need. */
const LARGEST_BATCH = 256;

/** Options of {@linkcode predictSubsets}. */
export interface PredictSubsetsOptions extends Omit<PredictOptions, "dropMarks"> {
  /** The marks to drop each time; notes are those of the first. */
  readonly subsets: readonly (readonly string[])[];
}

/**
 * Predicts every sample of a data set once for each subset of the marks, as `predict` does with `dropMarks`.
 *
 * @param model The model.
 * @param data The samples.
 * @param options Those of `predict`, and the subsets; `onProgress` counts the samples of all subsets together.
 * @returns The predictions for each subset, `[subset][position]`.
 * @throws As `predict` does.
 */
export async function predictSubsets(
  model: TrainedModel,
  data: Dataset,
  { subsets, ...options }: PredictSubsetsOptions,
): Promise<Float32Array<ArrayBuffer>[]> {
  const { acceptAssembly = false, onNote, unlabelled, geneEffects = true } = options;
  const sourceFor = (subset: number) =>
    predictSource(model, data, {
      acceptAssembly,
      onNote: subset === 0 ? onNote : undefined,
      unlabelled,
      dropMarks: subsets[subset]!,
    });
  // What is wrong with the data is found before an engine starts.
  const first = await sourceFor(0);
  if (model.record.assembly !== data.record.assembly) checkSharedGenes(model, data);
  await using session = await openSession(model, options);
  const { onProgress, signal } = options;
  const all: Float32Array<ArrayBuffer>[] = [];
  for (const subset of subsets.keys()) {
    const source = subset === 0 ? first : await sourceFor(subset);
    const [scaled] = await predictRows(session, { source, rows: [data.rows] }, {
      sets: [data],
      onProgress: onProgress && ((done) => onProgress(subset * data.length + done)),
      signal,
    });
    const predicted = unscalePredictions(scaled!, model.labelScale);
    checkFinite(predicted, data, session);
    if (model.geneEffects !== undefined && geneEffects !== false) {
      const effects = geneEffects === true
        ? geneEffectsOf(model.geneEffects, data)
        : leaveOneOutEffects(data, predicted);
      addTo(predicted, effects);
    }
    all.push(predicted);
  }
  return all;
}

async function openSession(
  { spec, weights, training: { seed, learningRate, batchSize } }: TrainedModel,
  options: Pick<PredictOptions, "engine" | "threads" | "path" | "onStart">,
): Promise<Session> {
  const { engine, reason } = await selectEngine(options.engine ?? "auto", spec);
  const session = await engine.createSession(spec, {
    members: [{ weights, seed, learningRate }],
    threads: options.threads,
    path: options.path,
    batchSize: Math.min(batchSize, LARGEST_BATCH),
  });
  options.onStart?.({
    engine: engine.name,
    device: session.device,
    reason,
    arithmetic: `${await engine.arithmetic()}${session.path === "grouped" ? ", grouped" : ""}`,
  });
  return session;
}

/** Throws if data of another build have none of the genes that a model knows, since genes are all that they share. */
function checkSharedGenes({ geneEffects, panel, record }: TrainedModel, data: Dataset): void {
  const known = geneEffects ?? panel;
  if (known === undefined || countKnownGenes(known, data).known > 0) return;
  throw new ContractError(
    `Cannot use data of ${data.record.assembly} with a model of ${record.assembly}: none of their genes, such as ` +
      `${data.describeGene(0)}, is one that the model was trained on, such as ${
        known.genes[0]
      }, expected ` +
      "identifiers of one kind",
  );
}

function addTo(predicted: Float32Array, effects: Float32Array): void {
  for (let row = 0; row < predicted.length; row++) predicted[row]! += effects[row]!;
}

function checkFinite(predicted: Float32Array, data: Dataset, session: Session): void {
  const bad = predicted.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new DivergedError(
    `Cannot use the prediction on ${session.device}: it is ${predicted[bad]} for gene ` +
      `${data.describeGene(bad)} in ${data.cellTypeOf(bad)}, expected a finite number`,
  );
}
