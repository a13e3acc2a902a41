import { kindOfValue } from "../base/kind_of_value.ts";
import { ContractError } from "../errors.ts";
import { checkWeights } from "../model/check_weights.ts";
import { parseGeneEffects } from "../model/gene_effects.ts";
import { readsPanel } from "../model/panel_inputs.ts";
import { parseSpec } from "../model/parse_spec.ts";
import { readTraining } from "../model/read_training.ts";
import { type TrainedModel, withInputRecord } from "../model/trained_model.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import { parseRecord } from "../record.ts";
import { checkNotFreed } from "./_check_arguments.ts";
import { withBestWeights } from "./_group_run.ts";
import { labelScaleOf } from "./_label_scale.ts";
import { keptEpoch } from "./early_stopping.ts";
import type { FitCheckpoint, RunCheckpoint } from "./fit_types.ts";

const ACTION = "make a model";

/** Options of {@linkcode modelOfCheckpoint}. */
export interface CheckpointModelOptions {
  /**
   * Number of the run, from 0.
   *
   * @default {0}
   */
  readonly run?: number | undefined;
  /** The panel of a model that reads one, which checkpoints do not hold: `buildPanel` of the run's training samples. */
  readonly panel?: ReferencePanel | undefined;
}

/**
 * Makes a model of a run in a checkpoint: with the weights of its last finished epoch, or of its best one if its
 * `earlyStopping` keeps that. A run that is not finished has no gene effects yet: `fitGeneEffects` fits them from the
 * training samples.
 *
 * @param checkpoint The checkpoint, as `CheckpointFolder.load` or `decodeCheckpoint` returns it.
 * @param options Which run.
 * @returns The model, which shares no memory with the checkpoint.
 * @throws {TypeError} If it is no checkpoint, or one that went through JSON.
 * @throws {RangeError} If the checkpoint has no run of that number.
 * @throws {ContractError} If the run has finished no epoch, its memory was freed after `save`, the panel of its model is missing, or a version of this
 * package wrote the checkpoint that did not say what it is of.
 * @throws {FormatError} If what the checkpoint says of its model is damaged.
 *
 * @example The model of a run that was stopped
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { decodeCheckpoint, encodeCheckpoint, fit, modelOfCheckpoint, predict } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const bytes: Uint8Array<ArrayBuffer>[] = [];
 * await fit("experiment1", data, {
 *   engine: "wasm",
 *   epochs: 2,
 *   checkpoint: { save: async (checkpoint) => void bytes.push(await encodeCheckpoint(checkpoint)) },
 * });
 * const model = modelOfCheckpoint(await decodeCheckpoint(bytes[0]!));
 * strictEqual(model.training.epochs, 1);
 * strictEqual((await predict(model, data, { engine: "wasm" })).length, 16);
 * ```
 */
export function modelOfCheckpoint(
  checkpoint: FitCheckpoint,
  { run = 0, panel }: CheckpointModelOptions = {},
): TrainedModel {
  if (!Array.isArray(Object(checkpoint).runs)) {
    throw new TypeError(
      `Cannot make a model: found ${
        kindOfValue(checkpoint)
      }, expected a checkpoint, such as \`checkpoint\` of what ` +
        "CheckpointFolder.load returns",
    );
  }
  const found = checkpoint.runs[run];
  if (found === undefined) {
    throw new RangeError(
      `Cannot make a model: the checkpoint has no run ${run}, expected one of 0 to ${
        checkpoint.runs.length - 1
      }`,
    );
  }
  checkNotFreed({ runs: [found] }, "make a model");
  const { spec, record, training } = planOf(checkpoint, found);
  if (found.history.length === 0) {
    throw new ContractError(
      `Cannot make a model of run ${run}: it has finished no epoch, expected one at least`,
    );
  }
  if (readsPanel(spec) && panel === undefined) {
    throw new ContractError(
      `Cannot make a model of "${spec.name}": found no panel, expected that of its training samples`,
    );
  }
  const { bestWeights, state, history } = found;
  const { weights } =
    withBestWeights({ state, history, ...(bestWeights && { bestWeights }) }).state;
  checkWeights(spec, weights);
  const labelScale = panel && labelScaleOf(spec, panel);
  const { arithmetic } = checkpoint;
  const trained = readTraining({ ...training, arithmetic, epochs: 0 }, "checkpoint", ACTION);
  return withInputRecord({
    spec,
    weights: weights.map((values) => values.slice()),
    record,
    training: { ...trained, epochs: keptEpoch(history, trained.earlyStopping) },
    ...(found.geneEffects !== undefined &&
      { geneEffects: parseGeneEffects(found.geneEffects, "checkpoint") }),
    ...(panel && { panel }),
    ...(labelScale && { labelScale }),
  });
}

function planOf({ spec, record }: FitCheckpoint, { training }: RunCheckpoint) {
  if (spec === undefined || record === undefined || training === undefined) {
    throw new ContractError(
      "Cannot make a model: the checkpoint does not say what it is of, as those of older versions; resume its run " +
        "instead",
    );
  }
  return {
    spec: parseSpec(spec),
    record: parseRecord(record, "checkpoint"),
    training,
  };
}
