import { checkDataset } from "../data/check_dataset.ts";
import type { Dataset } from "../data/dataset.ts";
import type { PresetName } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import { plainOptions } from "./_plain_options.ts";
import { spreadSampleWeights } from "./_sample_weights.ts";
import { trainRuns } from "./fit_many.ts";
import type { FitOptions, FitResult } from "./fit_types.ts";

/**
 * Trains a model from new weights. On engine `wasm`, two runs with the same arguments and the same arithmetic, which
 * the model names (`training.arithmetic`), give the same weights, bit for bit; on other engines nearly the same.
 *
 * @param spec A model; or the name of a preset, which takes the shape of the data and has its own settings, such as
 *   `waka2`'s log counts and gene effects. A spec, even a preset's, is trained with `wakawaka`'s settings.
 * @param data Labelled samples.
 * @param options Settings; see {@linkcode FitOptions}.
 * @returns The model after the last finished epoch, its history, and what it was trained on.
 * @throws {ContractError} If the data have no samples or no labels, or do not fit the model or its loss; if
 * `options.resume` is from other data, another model or other settings.
 * @throws {RangeError} If a setting is out of range or the preset is unknown.
 * @throws {FormatError} If weights or moments of `resume` are not finite, or its epoch and its histories contradict each other.
 * @throws {TypeError} If `data` or `validation` is no `Dataset`, or an option such as `checkpoint`, `initial` or `signal` is
 *   something else, or has a misspelt name.
 * @throws {UnsupportedModelError} If the model does not fit the data's bins, or the engine cannot run it.
 * @throws {EngineUnavailableError} If the engine cannot run on this machine, or its hardware fails.
 * @throws {DivergedError} If the loss becomes NaN or infinite. A checkpoint, or {@linkcode fitMany}, has the model and
 *   the history of the epochs before.
 * @throws The reason of `options.signal`, once it is aborted.
 *
 * @example Two epochs
 * ```ts
 * import { fit } from "@waka/histone";
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 });
 * const data = new Dataset(train);
 * const { model, history } = await fit("experiment1", data, { epochs: 2, seed: 7 });
 * strictEqual(history.length, 2);
 * strictEqual(model.training.samples, data.length);
 * ```
 */
export async function fit(
  spec: ModelSpec | PresetName,
  data: Dataset,
  options: FitOptions = {},
): Promise<FitResult> {
  checkDataset(data, "train");
  const plain = plainOptions(options, "train");
  const { seed, learningRate, validation, sampleWeights, onEpoch, onProgress, ...common } = plain;
  const results = await trainRuns(
    spec,
    [{ data, seed, learningRate, validation }],
    {
      ...common,
      sampleWeights: spreadSampleWeights(data, sampleWeights),
      onEpoch: (_, record) => onEpoch?.(record),
      onProgress: onProgress && (({ runs: _, ...progress }) => onProgress(progress)),
    },
  );
  const { diverged, ...result } = results[0]!;
  if (diverged !== undefined) throw diverged;
  return result;
}
