import { divergedError } from "../engine/diverged_error.ts";
import type { Session, SessionState } from "../engine/engine.ts";
import { freeState } from "../engine/free_state.ts";
import type { SampleSource } from "../engine/sample_source.ts";
import { DivergedError, EngineUnavailableError } from "../errors.ts";
import type { ModelSpec } from "../model/spec.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../random.ts";
import { type DataRecord, reconcileRecords } from "../record.ts";
import type { CheckpointTimer } from "./_checkpoint_timer.ts";
import { fromCheckpoint, type GroupRun, toCheckpoint } from "./_group_run.ts";
import { checkInputShape, sampleSource } from "./_sample_source.ts";
import type { Settings } from "./_settings.ts";
import type {
  EpochRecord,
  FitCheckpoint,
  FitManyOptions,
  FitRun,
  RunCheckpoint,
} from "./fit_types.ts";
import { fitGeneEffects } from "./gene_effects.ts";
import { lossOf } from "./loss.ts";

/** Fewest batches of a piece of an epoch that is cut into pieces; those of the first, before the pace is known. */
const LEAST_PIECE = 16;

/** What a group of runs is trained with. */
export interface GroupParts {
  readonly model: ModelSpec;
  /** Of the numbers the network sees. */
  readonly record: DataRecord;
  readonly runs: readonly FitRun[];
  readonly settings: readonly Settings[];
  /** Number of the first run. */
  readonly first: number;
  readonly options: FitManyOptions;
  readonly timer: CheckpointTimer;
  /** Told where the group is when a checkpoint is due. */
  readonly save: (checkpoint: GroupCheckpoint) => Promise<void>;
}

/** The part of a checkpoint that a group knows of. */
export type GroupCheckpoint = Omit<FitCheckpoint, "identity" | "arithmetic" | "group">;

/** How far the epoch under way is. */
interface Progress {
  readonly epoch: number;
  position: number;
  readonly lossSums: number[];
  seconds: number;
}

/** Runs that train side by side on one session. */
export class FitGroup {
  readonly #session: Session;
  readonly #parts: GroupParts;
  readonly #source: SampleSource;
  #runs: GroupRun[];
  #samplesPerSecond: number | undefined;
  /** Where the next epoch begins, if no checkpoint was taken since it was reached. */
  #unsaved: Readonly<Progress> | undefined;

  /** `states` are the session's, taken for this group. */
  constructor(session: Session, parts: GroupParts, states: readonly SessionState[]) {
    this.#session = session;
    this.#parts = parts;
    const [{ data }] = parts.runs;
    this.#source = sampleSource(data, reconcileRecords(parts.record, data.record));
    this.#runs = states.map((state) => ({ state, history: [] }));
  }

  /** The runs after the last finished epoch. */
  get runs(): readonly GroupRun[] {
    return this.#runs;
  }

  /** Goes on from a checkpoint. */
  async restore(runs: readonly RunCheckpoint[]): Promise<void> {
    await this.#session.restore(runs.map(({ state, underWay = state }) => underWay));
    // The checkpoint's own arrays stay its caller's.
    this.#runs = runs.map((run) => ({ ...fromCheckpoint(run), state: structuredClone(run.state) }));
  }

  /** Trains the epochs that are left. `begun` is the epoch that a checkpoint was taken in. */
  async train(begun?: Omit<GroupCheckpoint, "runs">): Promise<void> {
    const { settings, runs } = this.#parts;
    const fresh = (epoch: number): Progress => {
      return { epoch, position: 0, lossSums: runs.map(() => 0), seconds: 0 };
    };
    let progress = begun === undefined ? fresh(0) : { ...begun, lossSums: [...begun.lossSums] };
    const goesOn = () => this.#runs.some(({ diverged }) => diverged === undefined);
    while (progress.epoch < settings[0].epochs && goesOn()) {
      await this.#epoch(progress).catch((error) => {
        throw unfinished(error, progress.epoch);
      });
      progress = fresh(progress.epoch + 1);
      this.#unsaved = progress;
      if (this.#parts.timer.isDue("after epoch")) await this.saveLastEpoch();
    }
  }

  /** Takes a checkpoint of the last finished epoch, if that is newer than the last checkpoint. */
  async saveLastEpoch(): Promise<void> {
    if (this.#unsaved === undefined) return;
    await this.#save(this.#unsaved, this.#runs.map(toCheckpoint));
  }

  /** Fits the gene effects of the runs that came to their end. */
  async fitGeneEffects(): Promise<void> {
    const { runs, options: { signal } } = this.#parts;
    const rows = runs.map(({ data }) => data.rows);
    const predicted = await this.#session.predict(this.#source, rows, { signal });
    this.#runs = this.#runs.map((run, i) => {
      // The session of one that diverged is not what its model is.
      if (run.diverged !== undefined) return run;
      if (!predicted[i].every(Number.isFinite)) {
        const error = divergedError("predictions are NaN or infinite", {
          epoch: run.history.length - 1,
        });
        return { ...run, diverged: error };
      }
      return { ...run, geneEffects: fitGeneEffects(runs[i].data, predicted[i]) };
    });
  }

  async #epoch(progress: Progress): Promise<void> {
    const { runs, settings, options: { signal } } = this.#parts;
    const { epoch } = progress;
    const orders = runs.map(({ data }, i) =>
      this.#runs[i].diverged === undefined
        ? epochOrder(data.rows, settings[i].seed, epoch)
        : new Uint32Array(0)
    );
    const longest = orders.reduce((most, { length }) => Math.max(most, length), 0);
    let diverged: ReadonlyMap<number, DivergedError> = new Map();
    while (progress.position < longest) {
      const start = progress.position;
      const end = Math.min(longest, start + this.#pieceSize());
      const begun = performance.now();
      const losses = await this.#session.runEpoch({
        ...{ source: this.#source, orders, epoch, start, end, signal },
        onProgress: this.#reporter(epoch, orders),
      });
      const seconds = (performance.now() - begun) / 1000;
      const trained = orders.map(({ length }) => Math.max(0, Math.min(end, length) - start));
      this.#samplesPerSecond = trained.reduce((sum, count) => sum + count, 0) / seconds;
      progress.seconds += seconds;
      progress.position = end;
      diverged = new Map([...this.#account(losses, trained, progress), ...diverged]);
      // What diverged in this epoch is known as such only after it.
      if (end < longest && diverged.size === 0 && this.#parts.timer.isDue("within epoch")) {
        await this.#saveWithinEpoch(progress);
      }
    }
    await this.#finishEpoch(progress, { orders, diverged });
  }

  /** Adds a piece's losses; returns the runs that diverged in it. */
  #account(
    losses: readonly (number | DivergedError)[],
    trained: readonly number[],
    { lossSums }: Progress,
  ): [number, DivergedError][] {
    return losses.flatMap((loss, i): [number, DivergedError][] => {
      if (loss instanceof DivergedError) return [[i, loss]];
      if (trained[i] > 0) lossSums[i] += loss * trained[i];
      return [];
    });
  }

  async #finishEpoch(
    { epoch, lossSums, seconds }: Progress,
    { orders, diverged }: {
      readonly orders: readonly Uint32Array[];
      readonly diverged: ReadonlyMap<number, DivergedError>;
    },
  ): Promise<void> {
    const { first, options } = this.#parts;
    const validation = await this.#validationLosses();
    const states = await this.#session.state();
    const before = this.#runs;
    const records = new Map<number, EpochRecord>();
    this.#runs = before.map((run, i) => {
      const error = run.diverged ?? diverged.get(i) ?? weightsError(states[i], epoch) ??
        predictionError(validation?.[i], epoch);
      if (error !== undefined) return { ...run, diverged: error };
      const { length } = orders[i];
      const record: EpochRecord = {
        epoch: epoch + 1,
        // Rounded, since the sum's last digits depend on where checkpoints cut the epoch.
        loss: Math.fround(lossSums[i] / length),
        validationLoss: validation?.[i],
        seconds,
        samplesPerSecond: length / seconds,
      };
      records.set(first + i, record);
      return { state: states[i], history: [...run.history, record] };
    });
    this.#runs.forEach(({ state }, i) =>
      freeState(state === states[i] ? before[i].state : states[i])
    );
    for (const [run, record] of records) await options.onEpoch?.(run, record);
  }

  /** Samples that are trained on before a checkpoint is due within the epoch, about. */
  #pieceSize(): number {
    const { settings: [{ batchSize }], timer: { secondsLeft }, runs } = this.#parts;
    if (secondsLeft === Infinity) return Infinity;
    const pace = (this.#samplesPerSecond ?? 0) / runs.length;
    return batchSize * Math.max(LEAST_PIECE, Math.floor(secondsLeft * pace / batchSize));
  }

  async #saveWithinEpoch(progress: Progress): Promise<void> {
    const states = await this.#session.state();
    const runs = this.#runs.map((run, i) => ({ ...toCheckpoint(run), underWay: states[i] }));
    await this.#save(progress, runs);
    states.forEach(freeState);
  }

  async #save(progress: Progress, runs: readonly RunCheckpoint[]): Promise<void> {
    const { save, timer } = this.#parts;
    await save({ ...progress, runs });
    timer.restart();
    this.#unsaved = undefined;
  }

  #reporter(epoch: number, orders: readonly Uint32Array[]) {
    const { runs, settings, first, options } = this.#parts;
    const { epochs } = settings[0];
    const samplesPerEpoch = orders.reduce((sum, { length }) => sum + length, 0);
    return (samples: number, loss: number | undefined) =>
      options.onProgress?.({
        ...{ runs: [first, first + runs.length], epoch: epoch + 1, epochs },
        ...{ samples, samplesPerEpoch, loss },
      });
  }

  /** NaN where predictions are no numbers. */
  async #validationLosses(): Promise<number[] | undefined> {
    const { model, record, runs, options: { signal } } = this.#parts;
    const sets = runs.flatMap(({ validation }) => validation ?? []);
    if (sets.length === 0) return undefined;
    checkInputShape(model, sets[0]);
    const samples = sampleSource(sets[0], reconcileRecords(record, sets[0].record));
    const rows = sets.map((validation) => validation.rows);
    const predicted = await this.#session.predict(samples, rows, { signal });
    return sets.map((validation, i) =>
      predicted[i].every(Number.isFinite)
        ? lossOf(model.loss, validation.labels(), predicted[i])
        : NaN
    );
  }
}

/** After the last step of an epoch, whose losses were all numbers, weights may be none. */
function weightsError({ weights }: SessionState, epoch: number): DivergedError | undefined {
  if (weights.every((values) => values.every(Number.isFinite))) return undefined;
  return divergedError("weights are NaN or infinite", { epoch });
}

/** Weights that are numbers may still overflow what they predict. */
function predictionError(validationLoss = 0, epoch: number): DivergedError | undefined {
  return Number.isNaN(validationLoss)
    ? divergedError("predictions are NaN or infinite", { epoch })
    : undefined;
}

/** An error as an epoch passes it on: where the hardware failed, it adds which epoch that was. */
function unfinished(error: unknown, epoch: number): unknown {
  if (!(error instanceof EngineUnavailableError)) return error;
  const message = `${error.message}. Epoch ${epoch + 1} was not finished`;
  return new EngineUnavailableError(message, { cause: error });
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
