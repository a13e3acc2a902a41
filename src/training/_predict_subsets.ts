/** Predicts the same samples from several subsets of their marks, in one session. */

import { checkDataset } from "../data/check_dataset.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Session } from "../engine/engine.ts";
import type { SampleSource } from "../engine/sample_source.ts";
import { ContractError, DivergedError } from "../errors.ts";
import { checkTrainedModel } from "../model/check_trained.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { unscalePredictions } from "./_label_scale.ts";
import { predictRows } from "./_predict_rows.ts";
import { predictSource } from "./_predict_source.ts";
import { countKnownGenes, geneEffectsOf, leaveOneOutEffects } from "./gene_effects.ts";
import { withSession } from "./_kept_sessions.ts";
import { awaitHook } from "./hooks.ts";
import { withWatchedHooks } from "../base/watched_hook.ts";
import type { PredictOptions } from "./predict_options.ts";

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
  options: PredictSubsetsOptions,
): Promise<Float32Array<ArrayBuffer>[]> {
  checkTrainedModel(model, "predict");
  checkDataset(data, "predict");
  return await withWatchedHooks(options, async (watched) => {
    const prepared = await prepareSamples(model, data, watched);
    const { engine, threads, path, signal, onStart } = watched;
    signal?.throwIfAborted();
    const opening = { engine, threads, path, samples: data.length };
    return await withSession(model, opening, async ({ session, report }) => {
      await awaitHook(() => onStart?.({ ...report }), signal);
      return await predictPrepared(session, prepared, watched);
    });
  });
}

/** Samples that a model can predict. */
export interface PreparedSamples {
  readonly model: TrainedModel;
  readonly data: Dataset;
  /** The samples from a subset of their marks, by the subset's index. */
  readonly sourceOf: (subset: number) => SampleSource | Promise<SampleSource>;
}

/** Finds what is wrong with data before an engine starts, and makes the source for the first subset of the marks. */
export async function prepareSamples(
  model: TrainedModel,
  data: Dataset,
  { subsets, acceptAssembly = false, onNote, unlabelled }: PredictSubsetsOptions,
): Promise<PreparedSamples> {
  const makeSource = (subset: number) =>
    predictSource(model, data, {
      acceptAssembly,
      onNote: subset === 0 ? onNote : undefined,
      unlabelled,
      dropMarks: subsets[subset]!,
    });
  const first = await makeSource(0);
  if (model.record.assembly !== data.record.assembly) checkSharedGenes(model, data);
  return { model, data, sourceOf: (subset) => subset === 0 ? first : makeSource(subset) };
}

/** Predicts samples in a session of their model, once for each subset of the marks. */
export async function predictPrepared(
  session: Session,
  { model, data, sourceOf }: PreparedSamples,
  { subsets, geneEffects, onProgress, signal, takeOutputs }: Pick<
    PredictSubsetsOptions,
    "subsets" | "geneEffects" | "onProgress" | "signal" | "takeOutputs"
  >,
): Promise<Float32Array<ArrayBuffer>[]> {
  const all: Float32Array<ArrayBuffer>[] = [];
  const total = subsets.length * data.length;
  for (const subset of subsets.keys()) {
    const source = await sourceOf(subset);
    const compute = async (first: number, end: number) => {
      const some = data.slice(first, end);
      const [outputs] = await predictRows(session, { source, rows: [some.rows] }, {
        sets: [some],
        onProgress: onProgress &&
          (({ done, unit }) =>
            onProgress({ done: subset * data.length + first + done, total, unit })),
        signal,
      });
      return outputs!;
    };
    const scaled = takeOutputs === undefined
      ? await compute(0, data.length)
      : await awaitHook(() => takeOutputs(compute, data.length), signal);
    signal?.throwIfAborted();
    all.push(finishPredictions(scaled, { model, data }, { geneEffects, device: session.device }));
  }
  return all;
}

/**
 * Turns a network's outputs for samples into predictions of their labels, in place.
 *
 * @throws {DivergedError} If one is not finite.
 */
export function finishPredictions(
  scaled: Float32Array<ArrayBuffer>,
  { model, data }: Pick<PreparedSamples, "model" | "data">,
  { geneEffects = true, device }: Pick<PredictOptions, "geneEffects"> & { readonly device: string },
): Float32Array<ArrayBuffer> {
  const predicted = unscalePredictions(scaled, model.labelScale);
  checkFinite(predicted, data, device);
  if (model.geneEffects !== undefined && geneEffects !== false) {
    const effects = geneEffects === true
      ? geneEffectsOf(model.geneEffects, data)
      : leaveOneOutEffects(data, predicted);
    addTo(predicted, effects);
  }
  return predicted;
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

function checkFinite(predicted: Float32Array, data: Dataset, device: string): void {
  const bad = predicted.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new DivergedError(
    `Cannot use the prediction on ${device}: it is ${predicted[bad]} for gene ` +
      `${data.describeGene(bad)} in ${data.cellTypeOf(bad)}, expected a finite number`,
  );
}
