import { signalShape } from "../model/inputs.ts";
import { Dataset } from "../data/dataset.ts";
import type { Sample } from "../data/sample.ts";
import { ContractError } from "../errors.ts";
import { checkTrainedModel } from "../model/check_trained.ts";
import { inputRecordOf, type TrainedModel } from "../model/trained_model.ts";
import type { Transform } from "../record.ts";
import { plainOptions } from "./_plain_options.ts";

export type { Sample } from "../data/sample.ts";

/** Options of {@linkcode samplesFor}. */
export interface SamplesForOptions {
  /**
   * The transform that the signals already carry, such as `log1p` for values of the competition's files.
   *
   * @default {"none"}
   */
  readonly transform?: Transform | undefined;
}

/**
 * Makes samples for a model to predict on, or to be measured by.
 *
 * @param model The model; it says how many bins and which marks a sample has.
 * @param samples The samples, in the order in which they are to be predicted; the signal is copied.
 * @param options The transform of the signals.
 * @returns A data set of these samples.
 * @throws {ContractError} If only some samples have labels, a value is negative or not finite, the values are logarithms
 * of counts though no transform is named, the model reads no signal, or a sequence has the wrong number of letters or is
 * not read.
 * @throws {RangeError} If a sequence has a letter that IUPAC does not have.
 * @throws {TypeError} If a gene or a cell type is no text, a signal does not have as many values as the model takes, or
 * an option has another name.
 *
 * @example A sample of a data set, predicted by itself
 * ```ts
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { Dataset } from "@waka/histone/data";
 * import { fit, predict, samplesFor } from "@waka/histone/training";
 * import { deepStrictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const { model } = await fit("experiment1", data, { epochs: 1, engine: "wasm", transform: "log1p" });
 * const [gene, cellType, signal] = [data.geneOf(3), data.cellTypeOf(3), data.countsOf(3)];
 * const one = samplesFor(model, [{ gene, cellType, signal }]);
 * const all = await predict(model, data, { engine: "wasm" });
 * deepStrictEqual([...await predict(model, one, { engine: "wasm" })], [all[3]]);
 * ```
 */
export function samplesFor(
  model: TrainedModel,
  samples: readonly Sample[],
  options?: SamplesForOptions,
): Dataset {
  const { transform = "none" } = options === undefined ? {} : plainOptions(options, "make samples");
  checkTrainedModel(model, "make samples");
  const record = { ...inputRecordOf(model.record), transform };
  const bins = model.panel?.bins ?? signalShape(model.spec)?.bins;
  if (bins === undefined) {
    throw new ContractError(
      `Cannot make samples: "${model.spec.name}" reads no signal, expected a model that does`,
    );
  }
  return Dataset.fromSamples(samples, { record, bins });
}
