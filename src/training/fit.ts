import type { Dataset } from "../data/dataset.ts";
import type { Session } from "../engine/engine.ts";
import { type EngineName, type EngineReport, selectEngine } from "../engine/select.ts";
import { ContractError } from "../errors.ts";
import { initialWeights, type Weights } from "../model/initial_weights.ts";
import { parseSpec } from "../model/parse_spec.ts";
import { findPreset, presetSpec, type TrainingDefaults } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../random.ts";
import { type DataRecord, reconcileRecords, type Transform } from "../record.ts";
import { checkInputShape, engineData } from "./_engine_data.ts";
import { lossOf } from "./loss.ts";

/** One finished epoch. */
export interface EpochRecord {
  /** Number of the epoch, from 1. */
  readonly epoch: number;
  /** Mean training loss over the epoch's steps, dropout on. */
  readonly loss: number;
  /** Loss on the validation data after the epoch, dropout off; absent without validation data. */
  readonly validationLoss: number | undefined;
  /** Seconds of training, validation not counted. */
  readonly seconds: number;
  /** Training samples a second. */
  readonly samplesPerSecond: number;
}

/** How far a run is. */
export interface FitProgress {
  /** Number of the epoch under way, from 1. */
  readonly epoch: number;
  /** Epochs of the run. */
  readonly epochs: number;
  /** Samples trained on in this epoch. */
  readonly samples: number;
  /** Samples of an epoch. */
  readonly samplesPerEpoch: number;
  /** Mean loss of this epoch so far. */
  readonly loss: number;
}

/** Options of {@linkcode fit}. The defaults of the first three are the preset's own, wakawaka's for a spec. */
export interface FitOptions extends Partial<TrainingDefaults> {
  /** Seed of weights, order and dropout: an integer from 0 to 2^53 − 1. @default 0 */
  readonly seed?: number;
  /** Applied to the counts, and sealed into the model. @default "none" */
  readonly transform?: Transform;
  /** Where to compute. @default "auto" */
  readonly engine?: EngineName;
  /** Threads to compute on, for engines that have threads; results do not depend on it. @default all */
  readonly threads?: number;
  /** Samples to measure the loss on after each epoch. */
  readonly validation?: Dataset;
  /** Called once, before the first step, with engine and device in words and the reason for the choice. */
  readonly onStart?: (engine: EngineReport) => void;
  /** Called after each epoch. */
  readonly onEpoch?: (record: EpochRecord) => void;
  /** Called every few steps. */
  readonly onProgress?: (progress: FitProgress) => void;
  /** Ends the run between two steps; what earlier epochs reached is returned. */
  readonly signal?: AbortSignal;
}

/** What {@linkcode fit} returns. */
export interface FitResult extends EngineReport {
  /** The model after the last finished epoch. */
  readonly model: TrainedModel;
  /** One entry a finished epoch. */
  readonly history: readonly EpochRecord[];
  /** True if `signal` ended the run before its last epoch. */
  readonly interrupted: boolean;
}

/** Settings of a run, every default filled in. */
interface Settings extends TrainingDefaults {
  readonly seed: number;
}

/**
 * Trains a model from new weights. Two runs with the same arguments on the same engine give the same
 * weights, bit for bit.
 *
 * @param spec A model, or the name of a preset, which then takes the shape of the data.
 * @param data Labelled samples.
 * @param options Settings; see {@linkcode FitOptions}.
 * @throws {ContractError} If the data have no labels, or do not fit the model or its loss.
 * @throws {RangeError} If a setting is out of range or there is no such preset.
 * @throws {DivergedError} If the loss becomes NaN or infinite.
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
  spec: ModelSpec | string,
  data: Dataset,
  options: FitOptions = {},
): Promise<FitResult> {
  const model = resolveSpec(spec, data);
  const settings = resolveSettings(spec, options);
  checkTrainable(model, data);
  const record = sealRecord(data.record, options.transform ?? "none");
  const { engine, reason } = await selectEngine(options.engine ?? "auto", model);
  const initial = initialWeights(model, settings.seed);
  const { threads } = options;
  const sessionOptions = { weights: initial, threads, ...settings };
  await using session = await engine.createSession(model, sessionOptions);
  const report = { engine: engine.name, device: session.device, reason };
  options.onStart?.(report);
  const run = new Run(session, { model, data, record, settings, options });
  const { weights, history, interrupted } = await run.train(initial);
  const training = {
    ...{ engine: engine.name, samples: data.length },
    ...{ ...settings, epochs: history.length },
  };
  return { ...report, history, interrupted, model: { spec: model, weights, record, training } };
}

function resolveSpec(spec: ModelSpec | string, data: Dataset): ModelSpec {
  const shape = { bins: data.bins, marks: data.marks.length };
  const model = parseSpec(typeof spec === "string" ? presetSpec(spec, shape) : spec);
  checkInputShape(model, data);
  return model;
}

function resolveSettings(spec: ModelSpec | string, options: FitOptions): Settings {
  const defaults = findPreset(typeof spec === "string" ? spec : "wakawaka").training;
  const settings = {
    seed: options.seed ?? 0,
    epochs: options.epochs ?? defaults.epochs,
    batchSize: options.batchSize ?? defaults.batchSize,
    learningRate: options.learningRate ?? defaults.learningRate,
  };
  for (const [name, least] of [["seed", 0], ["epochs", 1], ["batchSize", 1]] as const) {
    if (!Number.isSafeInteger(settings[name]) || settings[name] < least) {
      throw new RangeError(
        `Cannot train: ${name} is ${settings[name]}, expected an integer >= ${least}`,
      );
    }
  }
  const { threads } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 1024)) {
    throw new RangeError(`Cannot train: threads is ${threads}, expected an integer from 1 to 1024`);
  }
  if (!(settings.learningRate > 0 && settings.learningRate < Infinity)) {
    throw new RangeError(
      `Cannot train: learningRate is ${settings.learningRate}, expected a number > 0`,
    );
  }
  return settings;
}

function checkTrainable(model: ModelSpec, data: Dataset): void {
  if (data.length === 0) throw new ContractError("Cannot train: the data set has no samples");
  if (!data.hasLabels) throw new ContractError("Cannot train: the data have no labels");
  const labels = data.labels();
  if (model.loss !== "binaryCrossentropy") return;
  const bad = labels.findIndex((label) => label !== 0 && label !== 1);
  if (bad >= 0) {
    throw new ContractError(
      `Cannot train "${model.name}": the label of gene ${data.geneOf(bad)} in ` +
        `${data.cellTypeOf(bad)} is ${labels[bad]}, expected 0 or 1 for binaryCrossentropy`,
    );
  }
}

/** The record of the numbers the network sees, from that of the data and the transform asked for. */
function sealRecord(record: DataRecord, transform: Transform): DataRecord {
  // Data that carry a transform already are taken as they are, unless another one is asked for on top.
  const sealed = { ...record, transform: transform === "none" ? record.transform : transform };
  reconcileRecords(sealed, record);
  return sealed;
}

interface RunParts {
  readonly model: ModelSpec;
  readonly data: Dataset;
  readonly record: DataRecord;
  readonly settings: Settings;
  readonly options: FitOptions;
}

/** The epochs of one run on one session. */
class Run {
  readonly #session: Session;
  readonly #parts: RunParts;

  constructor(session: Session, parts: RunParts) {
    this.#session = session;
    this.#parts = parts;
  }

  async train(
    initial: Weights,
  ): Promise<{ weights: Weights; history: EpochRecord[]; interrupted: boolean }> {
    const { settings, options } = this.#parts;
    const history: EpochRecord[] = [];
    let weights = initial;
    try {
      for (let epoch = 0; epoch < settings.epochs; epoch++) {
        const record = await this.#epoch(epoch);
        weights = await this.#session.weights();
        history.push(record);
        options.onEpoch?.(record);
      }
    } catch (error) {
      if (!options.signal?.aborted) throw error;
      return { weights, history, interrupted: true };
    }
    return { weights, history, interrupted: false };
  }

  async #epoch(epoch: number): Promise<EpochRecord> {
    const { data, record, settings, options } = this.#parts;
    const start = performance.now();
    const loss = await this.#session.runEpoch({
      data: engineData(data, reconcileRecords(record, data.record)),
      order: epochOrder(data.rows, settings.seed, epoch),
      epoch,
      signal: options.signal,
      onProgress: (samples, loss) => {
        const { epochs } = settings;
        const samplesPerEpoch = data.length;
        options.onProgress?.({ epoch: epoch + 1, epochs, samples, samplesPerEpoch, loss });
      },
    });
    const seconds = (performance.now() - start) / 1000;
    const samplesPerSecond = data.length / seconds;
    const validationLoss = await this.#validationLoss();
    return { epoch: epoch + 1, loss, validationLoss, seconds, samplesPerSecond };
  }

  async #validationLoss(): Promise<number | undefined> {
    const { model, record, options } = this.#parts;
    const { validation, signal } = options;
    if (validation === undefined) return undefined;
    checkInputShape(model, validation);
    const transform = reconcileRecords(record, validation.record);
    const samples = engineData(validation, transform);
    const predicted = await this.#session.predict(samples, validation.rows, { signal });
    return lossOf(model.loss, validation.labels(), predicted);
  }
}

/**
 * The order in which an epoch visits samples: a function of the seed and the epoch alone.
 *
 * @param rows The samples.
 * @param seed The run's seed.
 * @param epoch Number of the epoch, from 0.
 */
export function epochOrder(rows: Uint32Array, seed: number, epoch: number): Uint32Array {
  const stream = new RandomStream(deriveKey(seed, "order", epoch));
  return shuffledIndices(rows.length, stream).map((position) => rows[position]);
}
