/** The weights that training starts from. */

import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import { checkWeights } from "../model/check_weights.ts";
import { digestWeights } from "../model/digest_weights.ts";
import type { Weights } from "../model/initial_weights.ts";
import { isBranched, type ModelSpec } from "../model/spec.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { type DataRecord, reconcileRecords } from "../record.ts";
import type { ReferencePanel } from "../panel/panel.ts";
import { withModelBases } from "./model_bases.ts";
import type { FitManyOptions } from "./fit_types.ts";
import type { SettingsLayer } from "./settings.ts";

/** A trained model, or weights alone. */
export type Initial = TrainedModel | readonly Float32Array[];

/** Weights, and what identifies them. */
export interface InitialWeights {
  readonly weights: Weights;
  readonly sha256: string;
  /** Digest of the panel that comes with them, if it is kept. */
  readonly panelSha256?: string;
}

/**
 * The panel of the model that training starts from, unless the run is to have one of its own samples.
 *
 * @throws {ContractError} If a panel of its own is asked for where there is no other.
 */
export function panelToGrow(
  { initial, ownPanel = false }: Pick<FitManyOptions, "initial" | "ownPanel">,
): ReferencePanel | undefined {
  const panel = initial === undefined || !isModel(initial) ? undefined : initial.panel;
  if (!ownPanel) return panel;
  if (panel !== undefined) return undefined;
  throw new ContractError(
    "Cannot take an own panel in place of another: training starts from no model that has a panel",
  );
}

/**
 * A model that was trained further, its encoder frozen, on 100 to 8,000 labels of a new cell type of real data did best at
 * a tenth of its learning rate; at the whole rate a few labels made it worse than it was (docs/guide.md has figures).
 */
const FURTHER_RATE = 0.1;

/**
 * The settings to train a model further with unless others are given: those with which it was trained, and a tenth of its
 * learning rate.
 */
export function settingsOf(initial: Initial | undefined): SettingsLayer {
  if (initial === undefined || !isModel(initial)) return {};
  const { training, record, geneEffects } = initial;
  const { batchSize, learningRate, schedule, weightDecay } = training;
  const control = record.sequence?.control;
  const { labelDropout, geneDropout, referenceDropout, markDropout, labelStatistics } = training;
  const { batchBy = "sample" } = training;
  return {
    batchSize,
    learningRate: FURTHER_RATE * learningRate,
    // Where a model's file says nothing, its rate was constant and its weights did not decay, whatever a preset says.
    schedule: schedule ?? { type: "constant" },
    weightDecay: weightDecay ?? 0,
    labelDropout: labelDropout ?? 0,
    geneDropout: geneDropout ?? 0,
    referenceDropout: referenceDropout ?? 0,
    markDropout: markDropout ?? 0,
    labelStatistics: labelStatistics ?? false,
    batchBy,
    epochs: Math.max(1, training.epochs),
    transform: record.transform,
    sequenceControl: control && { kind: control.kind, seed: control.seed },
    geneEffects: geneEffects !== undefined,
  };
}

/**
 * Copies the weights that training starts from.
 *
 * @param initial The model or the weights.
 * @param to The model that is trained, its samples, the record of the numbers that it will see, and whether their
 * genome build may be another one.
 * @throws {ContractError} If the weights do not fit, a value is not finite, or the model is another one or sees other
 * numbers.
 */
export async function copyInitial(
  initial: Initial,
  { spec, data, record, panel, acceptAssembly = false }: {
    readonly spec: ModelSpec;
    readonly data: Dataset;
    readonly record: DataRecord;
    /** Compares the data with its own record, where it is kept. */
    readonly panel: ReferencePanel | undefined;
    readonly acceptAssembly?: boolean | undefined;
  },
): Promise<InitialWeights> {
  if (isModel(initial)) {
    checkSameNetwork(initial.spec, spec);
    if (panel === undefined) {
      const { storedRecord } = withModelBases(spec, data);
      reconcileRecords(initial.record, storedRecord, { acceptAssembly });
    }
    const { transform } = initial.record;
    if (transform !== record.transform) {
      throw new ContractError(
        `Cannot start from "${initial.spec.name}": its network sees values with transform ${transform}, found ` +
          `transform ${record.transform}, expected the same`,
      );
    }
  }
  const given = isModel(initial) ? initial.weights : initial;
  checkWeights(spec, given);
  const bad = given.findIndex((values) => !values.every(Number.isFinite));
  if (bad >= 0) {
    throw new ContractError(
      `Cannot start from these weights: array ${bad} has a value that is NaN or infinite, expected finite numbers`,
    );
  }
  return {
    weights: given.map((values) => Float32Array.from(values)),
    sha256: await digestWeights(given),
    ...(panel && { panelSha256: panel.digest }),
  };
}

/** The record of the model that training starts from; `undefined` for weights alone. */
export function recordOf(initial: Initial | undefined): DataRecord | undefined {
  return initial === undefined || !isModel(initial) ? undefined : initial.record;
}

function isModel(initial: Initial): initial is TrainedModel {
  return !Array.isArray(initial);
}

/** Throws unless two models have the same layers; names, losses and the number of references may differ. */
function checkSameNetwork(found: ModelSpec, wanted: ModelSpec): void {
  if (layersOf(found) === layersOf(wanted)) return;
  throw new ContractError(
    `Cannot start from "${found.name}": its layers are not those of "${wanted.name}", expected a model of the same ` +
      "layers",
  );
}

function layersOf(spec: ModelSpec): string {
  return JSON.stringify(isBranched(spec) ? [spec.branches, spec.head] : spec.layers, omitDefaults);
}

/** A trained layer does not depend on how its weights were drawn; what is false is the same as what is left out. */
function omitDefaults(key: string, value: unknown): unknown {
  return key === "initializer" || value === false ? undefined : value;
}
