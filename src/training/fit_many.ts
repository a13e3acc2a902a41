import type { Dataset } from "../data/dataset.ts";
import type { EngineData, ManySession } from "../engine/engine.ts";
import { openManySession } from "../engine/many.ts";
import { type EngineReport, selectEngine } from "../engine/select.ts";
import { ContractError, DivergedError } from "../errors.ts";
import { initialWeights, type Weights } from "../model/initial_weights.ts";
import type { ModelSpec } from "../model/spec.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../random.ts";
import { type DataRecord, reconcileRecords } from "../record.ts";
import { checkInputShape, engineData } from "./_engine_data.ts";
import {
  checkTrainable,
  resolveSettings,
  resolveSpec,
  sealRecord,
  type Settings,
} from "./_settings.ts";
import type { EpochRecord, FitOptions, FitProgress, FitResult } from "./fit.ts";
import { lossOf } from "./loss.ts";

/** One of several runs: what may differ between them. */
export interface FitRun extends Pick<FitOptions, "seed" | "learningRate" | "validation"> {
  /** Labelled samples; all runs' samples are views of the same columns, and so are their validation data. */
  readonly data: Dataset;
}

/** How far some runs are that train side by side. */
export interface FitManyProgress extends FitProgress {
  /** Numbers of the first of them, from 0, and of the one after the last. */
  readonly runs: readonly [first: number, end: number];
}

/** Options of {@linkcode fitMany}: what the runs have in common. */
export interface FitManyOptions
  extends Pick<FitOptions, "epochs" | "batchSize" | "transform" | "engine" | "threads" | "signal"> {
  /** Called once, before the first step. */
  readonly onStart?: (engine: EngineReport) => void;
  /** Called after each epoch of a run, with its number from 0. */
  readonly onEpoch?: (run: number, record: EpochRecord) => void;
  /** Called every few steps. Samples are those of all runs that train side by side. */
  readonly onProgress?: (progress: FitManyProgress) => void;
}

/** What a run of {@linkcode fitMany} ends with. */
export interface FitManyResult extends FitResult {
  /** Why the run ended early, if its loss became NaN or infinite; the model is that of the epoch before. */
  readonly diverged?: DivergedError;
}

/**
 * Trains several models of one shape, from different seeds, at different learning rates or on different samples: the
 * folds of a cross-validation, the members of an ensemble. As many as the engine is good for train side by side; each
 * becomes what it would have become alone, to within the engine's rounding.
 *
 * @param spec A model, or the name of a preset, which then takes the shape of the data.
 * @param runs What differs between the runs.
 * @param options What they share.
 * @returns A result for each run, in their order; fewer if `options.signal` ended them.
 * @throws {ContractError} If the data have no labels, do not fit the model or its loss, or are not views of one set.
 * @throws {RangeError} If a setting is out of range or there is no such preset.
 */
export async function fitMany(
  spec: ModelSpec | string,
  runs: readonly FitRun[],
  options: FitManyOptions = {},
): Promise<FitManyResult[]> {
  if (runs.length === 0) return [];
  checkShared(runs);
  const model = resolveSpec(spec, runs[0].data);
  const settings = runs.map(({ seed, learningRate, data }) => {
    checkTrainable(model, data);
    return resolveSettings(spec, { ...options, seed, learningRate });
  });
  const { engine, reason } = await selectEngine(options.engine ?? "auto", model);
  const together = engine.modelsTogether(options.threads);
  const results: FitManyResult[] = [];
  for (let first = 0; first < runs.length && !stopped(results); first += together) {
    const members = settings.slice(first, first + together).map(({ seed, learningRate }) => {
      return { weights: initialWeights(model, seed), seed, learningRate };
    });
    const { batchSize } = settings[0];
    const { threads } = options;
    await using session = await openManySession(engine, model, { members, batchSize, threads });
    const report = { engine: engine.name, device: session.device, reason };
    if (first === 0) options.onStart?.(report);
    const group = new Group(session, {
      ...{ model, first, report, options, settings: settings.slice(first, first + together) },
      runs: runs.slice(first, first + together),
    });
    results.push(...await group.train(members.map(({ weights }) => weights)));
  }
  return results;
}

function stopped(results: readonly FitManyResult[]): boolean {
  return results.some(({ interrupted }) => interrupted);
}

function checkShared(runs: readonly FitRun[]): void {
  const [{ data, validation }] = runs;
  const shared = runs.every((run) =>
    run.data.columns === data.columns && run.validation?.columns === validation?.columns
  );
  if (shared) return;
  throw new ContractError(
    "Cannot train side by side: the runs' data are not views of one data set",
  );
}

interface GroupParts {
  readonly model: ModelSpec;
  readonly runs: readonly FitRun[];
  readonly settings: readonly Settings[];
  /** Number of the first run. */
  readonly first: number;
  readonly report: EngineReport;
  readonly options: FitManyOptions;
}

/** What a run has come to so far. */
interface RunState {
  weights: Weights;
  readonly history: EpochRecord[];
  diverged?: DivergedError;
}

/** Runs that train side by side on one session. */
class Group {
  readonly #session: ManySession;
  readonly #parts: GroupParts;
  readonly #record: DataRecord;
  readonly #data: EngineData;

  constructor(session: ManySession, parts: GroupParts) {
    this.#session = session;
    this.#parts = parts;
    const [{ data }] = parts.runs;
    this.#record = sealRecord(data.record, parts.options.transform ?? "none");
    this.#data = engineData(data, reconcileRecords(this.#record, data.record));
  }

  async train(initial: readonly Weights[]): Promise<FitManyResult[]> {
    const { settings, options } = this.#parts;
    const states = initial.map((weights): RunState => ({ weights, history: [] }));
    let interrupted = false;
    try {
      for (let epoch = 0; epoch < settings[0].epochs; epoch++) await this.#epoch(epoch, states);
    } catch (error) {
      if (!options.signal?.aborted) throw error;
      interrupted = true;
    }
    return states.map((state, i) => this.#result(state, { settings: settings[i], interrupted, i }));
  }

  #result(
    { weights, history, diverged }: RunState,
    { settings, interrupted, i }: { settings: Settings; interrupted: boolean; i: number },
  ): FitManyResult {
    const { model: spec, report, runs } = this.#parts;
    const samples = runs[i].data.length;
    const training = {
      ...{ engine: report.engine, samples },
      ...{ ...settings, epochs: history.length },
    };
    const model = { spec, weights, record: this.#record, training };
    return { ...report, model, history, interrupted, ...(diverged && { diverged }) };
  }

  async #epoch(epoch: number, states: readonly RunState[]): Promise<void> {
    const { runs, settings, first, options } = this.#parts;
    const orders = runs.map(({ data }, i) =>
      states[i].diverged === undefined
        ? epochOrder(data.rows, settings[i].seed, epoch)
        : new Uint32Array(0)
    );
    if (orders.every(({ length }) => length === 0)) return;
    const start = performance.now();
    const losses = await this.#session.runEpoch({
      ...{ data: this.#data, orders, epoch, signal: options.signal },
      onProgress: this.#progress(epoch, orders),
    });
    const seconds = (performance.now() - start) / 1000;
    const validation = await this.#validationLosses();
    const weights = (await this.#session.state()).map((state) => state.weights);
    for (const [i, state] of states.entries()) {
      const loss = losses[i];
      if (loss instanceof DivergedError) state.diverged = loss;
      if (loss instanceof DivergedError || state.diverged !== undefined) continue;
      const samplesPerSecond = orders[i].length / seconds;
      const validationLoss = validation?.[i];
      const record = { epoch: epoch + 1, loss, validationLoss, seconds, samplesPerSecond };
      state.history.push(record);
      state.weights = weights[i] as Weights;
      options.onEpoch?.(first + i, record);
    }
  }

  #progress(epoch: number, orders: readonly Uint32Array[]) {
    const { runs, settings, first, options } = this.#parts;
    const { epochs } = settings[0];
    const samplesPerEpoch = orders.reduce((sum, { length }) => sum + length, 0);
    return (samples: number, loss: number | undefined) =>
      options.onProgress?.({
        ...{ runs: [first, first + runs.length], epoch: epoch + 1, epochs },
        ...{ samples, samplesPerEpoch, loss },
      });
  }

  async #validationLosses(): Promise<number[] | undefined> {
    const { model, runs, options: { signal } } = this.#parts;
    const sets = runs.flatMap(({ validation }) => validation ?? []);
    if (sets.length === 0) return undefined;
    checkInputShape(model, sets[0]);
    const samples = engineData(sets[0], reconcileRecords(this.#record, sets[0].record));
    const rows = sets.map((validation) => validation.rows);
    const predicted = await this.#session.predict(samples, rows, { signal });
    return sets.map((validation, i) => lossOf(model.loss, validation.labels(), predicted[i]));
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
