import type { Dataset } from "../data/dataset.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { plainOptions } from "./_plain_options.ts";
import { predictSubsets } from "./_predict_subsets.ts";
import type { PredictOptions } from "./predict_options.ts";

/**
 * Predicts the expression of every sample of a data set: the network's prediction from its signal plus, if the model
 * has gene effects, the effect of its gene. A gene that was not trained on has no effect.
 *
 * A model that reads a panel compares each sample with those of its gene in the cell types that it was trained on; the
 * sample's own cell type is never among them. Data may lack marks then, wholly or in some cell types.
 *
 * On engine `wasm` the session of a model is kept for later calls with few samples, without threads; a change of the
 * model's weights is noticed. To answer many requests, or on other engines, use {@linkcode openPredictor}.
 *
 * On the samples that it was trained on, any model's error is too small, and even smaller with gene effects: predict
 * those samples with `geneEffects: "leave-one-out"`.
 *
 * @param model The trained model; the transform it was trained with is applied to the counts, once: also where the data
 * are logarithms of counts that are kept as these (see `SampleColumns.signalValues`).
 * @param data The samples.
 * @param options Engine, progress, abort signal.
 * @returns One value per sample, `[data.length]`; a probability for models with a sigmoid.
 * @throws {ContractError} If the data's record or shape contradicts the model's, or a mark was not measured in one of
 * their cell types.
 * @throws {TypeError} If `model` is no trained model, `data` is no `Dataset`, or an option is something else or has
 * a misspelt name.
 * @throws {DivergedError} If a prediction is NaN or infinite.
 * @throws {UnsupportedModelError} If the engine cannot run the model.
 * @throws {EngineUnavailableError} If the engine cannot run on this machine, or its hardware fails.
 * @throws The reason of `options.signal`, once it is aborted.
 *
 * @example One value for each sample
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit, predict } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * strictEqual((await predict(model, data, { engine: "wasm" })).length, 16);
 * ```
 */
export async function predict(
  model: TrainedModel,
  data: Dataset,
  options: PredictOptions = {},
): Promise<Float32Array<ArrayBuffer>> {
  const { dropMarks = [], ...plain } = plainOptions(options, "predict");
  const [predicted] = await predictSubsets(model, data, { ...plain, subsets: [dropMarks] });
  return predicted!;
}
