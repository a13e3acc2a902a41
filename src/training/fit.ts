import type { Dataset } from "../data/dataset.ts";
import type { PresetName } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import { fitMany } from "./fit_many.ts";
import type { FitOptions, FitResult } from "./fit_types.ts";

/**
 * Trains a model from new weights. Two runs with the same arguments on engine `wasm` give the same weights, bit for bit,
 * where they have the same arithmetic, which the model names (`training.arithmetic`); on others nearly the same.
 *
 * @param spec A model; or the name of a preset, which takes the shape of the data and brings its own settings,
 *   such as `waka2`'s log counts and gene effects. A spec, be it a preset's, is trained with `wakawaka`'s.
 * @param data Labelled samples.
 * @param options Settings; see {@linkcode FitOptions}.
 * @throws {ContractError} If the data have no samples or no labels, or do not fit the model or its loss; if
 *   `options.resume` is of other data, another model or other settings.
 * @throws {RangeError} If a setting is out of range or there is no such preset.
 * @throws {UnsupportedModelError} If the model does not fit the data's bins, or the engine cannot run it.
 * @throws {EngineUnavailableError} If the engine cannot run on this machine, or its hardware fails.
 * @throws {DivergedError} If the loss becomes NaN or infinite. Model and history of the epochs before are what a
 *   checkpoint holds, and what {@linkcode fitMany} returns.
 *
 * @example
 * ```ts
 * import { fit } from "@waka/histone";
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { strictEqual } from "node:assert";
 *
 * const { train } = simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 });
 * const { model, history } = await fit("experiment1", new Dataset(train), { epochs: 2, seed: 7 });
 * strictEqual(history.length, 2);
 * strictEqual(model.spec.bins, 20);
 * ```
 */
export async function fit(
  spec: ModelSpec | PresetName,
  data: Dataset,
  options: FitOptions = {},
): Promise<FitResult> {
  const { seed, learningRate, validation, onEpoch, onProgress, ...common } = options;
  const [{ diverged, ...result }] = await fitMany(
    spec,
    [{ data, seed, learningRate, validation }],
    {
      ...common,
      onEpoch: (_, record) => onEpoch?.(record),
      onProgress: ({ runs: _, ...progress }) => onProgress?.(progress),
    },
  );
  if (diverged !== undefined) throw diverged;
  return result;
}
