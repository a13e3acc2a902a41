import { showValue } from "../../base/show_value.ts";
import { checkConfidence } from "../../base/check_confidence.ts";
import { untilSettled, watchHooks } from "../../base/watched_hook.ts";
import type { Dataset } from "../../data/dataset.ts";
import { ContractError } from "../../errors.ts";
import type { TrainedModel } from "../../model/trained_model.ts";
import { EditRun } from "./_edit_run.ts";
import type { EditEffect, PredictEditsOptions } from "./edit_effect.ts";

/** The most genes that may be drawn. */
const MOST_DRAWS = 10_000;

/**
 * Edits the counts or the DNA of samples, and predicts them before and after with every model, as `predict` does. Gene
 * effects are in both predictions, and so not in the difference. Results come in blocks, edit by edit and sample by sample
 * in the order of the data, so that memory does not grow with the number of edits; they do not depend on blocks or threads.
 *
 * @param models The models of a run; see `loadModels`.
 * @param data The samples that are edited, and all genes that may be drawn or taken signal from.
 * @param options The edits, and how they are computed.
 * @returns Blocks of effects. Everything that is wrong with an edit is found before the first.
 * @throws {TypeError} If there are no models or no edits.
 * @throws {RangeError} If draws, seed or confidence are out of range.
 * @throws {ContractError} If an edit names what the data lack, two edits have one id, an edit changes what no model reads,
 * or the data do not fit the models. For edits of a file, a `FormatError` with its line.
 * @throws As `predict` does.
 *
 * @example The effect of a mark
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { type EditEffect, knockOuts, predictEdits } from "@waka/histone/explain";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * const edits = knockOuts(["H3K4me3"]);
 * const effects: EditEffect[] = [];
 * for await (const block of predictEdits([model], data, { edits, engine: "wasm" })) effects.push(...block);
 * strictEqual(effects.length, data.length);
 * strictEqual(effects[3]!.effect, effects[3]!.after - effects[3]!.before);
 * ```
 */
export async function* predictEdits(
  models: readonly TrainedModel[],
  data: Dataset,
  options: PredictEditsOptions,
): AsyncGenerator<readonly EditEffect[], void, undefined> {
  checkOptions(models, options);
  const watched = watchHooks(options);
  const run = new EditRun(models, data, watched.options);
  options.signal?.throwIfAborted();
  yield* untilSettled(run.predict(), watched.settle);
}

/**
 * Finds everything that is wrong with edits before anything is predicted.
 *
 * @param models The models.
 * @param data The samples.
 * @param options Those of {@linkcode predictEdits}.
 * @returns How many samples are edited and predicted, and a sentence for each reason why samples are left out of edits
 * that name no single one.
 * @throws As {@linkcode predictEdits} does before its first block.
 *
 * @example An edit of a mark that the data lack
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { checkEdits, knockOuts } from "@waka/histone/explain";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { fit } from "@waka/histone/training";
 * import { throws } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm" });
 * throws(() => checkEdits([model], data, { edits: knockOuts(["H3K27ac"]) }), /no mark "H3K27ac"/);
 * ```
 */
export function checkEdits(
  models: readonly TrainedModel[],
  data: Dataset,
  options: PredictEditsOptions,
): { readonly samples: number; readonly predictions: number; readonly leftOut: readonly string[] } {
  checkOptions(models, options);
  const { samples, predictions, leftOut } = new EditRun(models, data, options);
  return { samples, predictions, leftOut };
}

function checkOptions(
  models: readonly TrainedModel[],
  { edits, draws = 20, confidence = 0.95 }: PredictEditsOptions,
): void {
  if (models.length === 0) {
    throw new TypeError("Cannot predict edits: there are 0 models, expected some");
  }
  if (edits.length === 0) {
    throw new TypeError("Cannot predict edits: there are 0 edits, expected some");
  }
  if (!Number.isInteger(draws) || draws < 1 || draws > MOST_DRAWS) {
    throw new RangeError(
      `Cannot predict edits: draws is ${
        showValue(draws)
      }, expected an integer from 1 to ${MOST_DRAWS}`,
    );
  }
  checkConfidence(confidence, "predict edits");
  const ids = new Set<string>();
  for (const { id } of edits) {
    if (ids.has(id)) {
      throw new ContractError(`Cannot predict edits: two have the id "${id}", expected one each`);
    }
    ids.add(id);
  }
}
