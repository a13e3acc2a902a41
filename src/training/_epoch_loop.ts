import { longestLength } from "../base/arrays.ts";
import type { Session, SessionState } from "../engine/engine.ts";
import { freeState } from "../engine/free_state.ts";
import { freeArray } from "../base/free.ts";
import { learningRateAt } from "../engine/schedule.ts";
import { DivergedError } from "../errors.ts";
import type { Cadence } from "./_cadence.ts";
import {
  fromCheckpoint,
  type GroupCheckpoint,
  type GroupRun,
  type GroupSetup,
  toCheckpoint,
  withBestWeights,
} from "./_group_run.ts";
import { lossFactor } from "./_label_scale.ts";
import { findDivergence, fitGroupEffects, validationLosses } from "./_validation.ts";
import { eachWindow, type LoadedWindow } from "./_windows.ts";
import { bestEpoch, hasStopped } from "./early_stopping.ts";
import type { EpochRecord, RunCheckpoint } from "./fit_types.ts";
import { reportEpoch } from "./_report_epoch.ts";
import { runSteps, unfinished } from "./_run_steps.ts";

/** How checkpoints of a group are taken. */
export interface GroupSaving {
  readonly cadence: Cadence;
  /** Called with the group's progress when a checkpoint is due. */
  readonly save: (checkpoint: GroupCheckpoint) => Promise<void>;
}

/** The progress of the epoch under way. */
interface Progress {
  readonly epoch: number;
  position: number;
  readonly lossSums: number[];
  seconds: number;
}

/** A piece of an epoch, which ends within a window or with it. */
interface Piece {
  readonly orders: readonly Uint32Array[];
  readonly window: LoadedWindow;
  readonly end: number;
  /** When the wait for its samples began. */
  readonly since: number;
}

/** Orders of an epoch, and the runs that diverged in it. */
interface EpochOutcome {
  readonly orders: readonly Uint32Array[];
  readonly diverged: ReadonlyMap<number, DivergedError>;
}

/**
 * Trains runs side by side on one session, epoch by epoch, and an epoch in pieces where checkpoints are due within it.
 */
export class EpochLoop {
  readonly #session: Session;
  readonly #setup: GroupSetup;
  readonly #saving: GroupSaving;
  #runs: GroupRun[];
  #samplesPerSecond = 0;
  /** Where the next epoch begins, if no checkpoint was taken since it was reached. */
  #unsaved: Readonly<Progress> | undefined;

  private constructor(
    session: Session,
    { setup, saving, states }: {
      readonly setup: GroupSetup;
      readonly saving: GroupSaving;
      readonly states: readonly SessionState[];
    },
  ) {
    this.#session = session;
    this.#setup = setup;
    this.#saving = saving;
    this.#runs = states.map((state) => ({ state, history: [] }));
  }

  /** Takes over a session whose members are the group's runs. */
  static async start(session: Session, setup: GroupSetup, saving: GroupSaving): Promise<EpochLoop> {
    return new EpochLoop(session, { setup, saving, states: await session.state() });
  }

  /** The runs after the last finished epoch. */
  get runs(): readonly GroupRun[] {
    return this.#runs;
  }

  /** Sets the runs to those of a checkpoint. */
  async restore(runs: readonly RunCheckpoint[]): Promise<void> {
    await this.#session.restore(runs.map(({ state, underWay = state }) => underWay));
    // The checkpoint's own arrays stay its caller's.
    this.#runs = runs.map(({ state, bestWeights, ...run }) =>
      fromCheckpoint({
        ...run,
        state: structuredClone(state),
        ...(bestWeights && { bestWeights: structuredClone(bestWeights) }),
      })
    );
  }

  /**
   * Trains the epochs that are left.
   *
   * @param reached The epoch that a checkpoint was taken in, and its progress.
   */
  async train(reached?: Omit<GroupCheckpoint, "runs">): Promise<void> {
    const { epochs, runs } = this.#setup;
    const begin = (epoch: number): Progress => {
      return { epoch, position: 0, lossSums: runs.map(() => 0), seconds: 0 };
    };
    let progress = reached === undefined
      ? begin(0)
      : { ...reached, lossSums: [...reached.lossSums] };
    const isLeft = () => this.#runs.some((_, run) => this.#isTraining(run));
    while (progress.epoch < epochs && isLeft()) {
      const { epoch } = progress;
      await this.#trainEpoch(progress).catch((error) => {
        throw unfinished(error, epoch);
      });
      progress = begin(epoch + 1);
      this.#unsaved = progress;
      if (this.#saving.cadence.isDue("after epoch")) await this.saveLastEpoch();
    }
  }

  /** Takes a checkpoint of the last finished epoch, if that is newer than the last checkpoint. */
  async saveLastEpoch(): Promise<void> {
    if (this.#unsaved === undefined) return;
    await this.#save(this.#unsaved, this.#runs.map(toCheckpoint));
  }

  /** Gives the runs the weights of their best epochs, where these are to be kept. */
  async keepBest(): Promise<void> {
    if (this.#runs.every(({ bestWeights }) => bestWeights === undefined)) return;
    this.#runs = this.#runs.map(withBestWeights);
    await this.#session.restore(this.#runs.map(({ state }) => state));
  }

  /** Fits the gene effects of the runs that came to their end. */
  async fitGeneEffects(): Promise<void> {
    this.#runs = await fitGroupEffects(this.#session, this.#setup, this.#runs);
  }

  /** Whether a run has neither diverged nor stopped before its last epoch. */
  #isTraining(run: number): boolean {
    const { diverged, history } = this.#runs[run]!;
    return diverged === undefined &&
      !hasStopped(history, this.#setup.settings[run]!.earlyStopping);
  }

  async #trainEpoch(progress: Progress): Promise<void> {
    const { runs, samples, batchSize, signal } = this.#setup;
    const { cadence } = this.#saving;
    const orders = runs.map((_, i) =>
      this.#isTraining(i) ? samples.orderOf(i, progress.epoch) : new Uint32Array(0)
    );
    const longest = longestLength(orders);
    let diverged: ReadonlyMap<number, DivergedError> = new Map();
    const { source } = samples;
    const size = this.#setup.settings[0]!.window;
    const request = { source, size, rows: orders, from: progress.position, signal };
    let since = performance.now();
    for await (const window of eachWindow(request)) {
      while (progress.position < window.end) {
        const most = cadence.pieceSize(batchSize, this.#samplesPerSecond / runs.length);
        const end = Math.min(window.end, progress.position + most);
        const piece = { orders, window, end, since };
        diverged = new Map([...await this.#trainPiece(progress, piece), ...diverged]);
        // Whether a run diverged in this epoch is only known at its end.
        if (end < longest && diverged.size === 0 && cadence.isDue("within epoch")) {
          await this.#saveWithinEpoch(progress);
        }
        since = performance.now();
      }
    }
    await this.#finishEpoch(progress, { orders, diverged });
  }

  /** Trains a piece of an epoch and adds its losses; returns the runs that diverged in it. */
  async #trainPiece(
    progress: Progress,
    { orders, window, end, since }: Piece,
  ): Promise<[number, DivergedError][]> {
    const { epoch, position: start, lossSums } = progress;
    const { samples: { labelScales }, signal } = this.#setup;
    const losses = await runSteps(this.#session, {
      source: window.source,
      orders: window.rows,
      epoch,
      firstPosition: window.start,
      start: start - window.start,
      end: end - window.start,
      signal,
      onProgress: reportEpoch(this.#setup, epoch, { orders, start: window.start }),
    });
    const seconds = (performance.now() - since) / 1000;
    const trained = orders.map(({ length }) => Math.max(0, Math.min(end, length) - start));
    this.#samplesPerSecond = trained.reduce((sum, count) => sum + count, 0) / seconds;
    progress.seconds += seconds;
    progress.position = end;
    const diverged: [number, DivergedError][] = [];
    for (const [i, loss] of losses.entries()) {
      if (loss instanceof DivergedError) diverged.push([i, loss]);
      else if (trained[i]! > 0) {
        lossSums[i]! += loss * lossFactor(labelScales[i]) * trained[i]!;
      }
    }
    return diverged;
  }

  async #finishEpoch(
    { epoch, lossSums, seconds }: Progress,
    { orders, diverged }: EpochOutcome,
  ): Promise<void> {
    const { first, options, hooks } = this.#setup;
    options.signal?.throwIfAborted();
    const validation = await validationLosses(this.#session, this.#setup);
    const states = await this.#session.state();
    const before = this.#runs;
    const records = new Map<number, EpochRecord>();
    this.#runs = before.map((run, i) => {
      if (!this.#isTraining(i)) return run;
      const state = states[i]!;
      const error = diverged.get(i) ?? findDivergence(state, validation?.[i], epoch);
      if (error !== undefined) return { ...run, diverged: error };
      const { length } = orders[i]!;
      const record: EpochRecord = {
        epoch: epoch + 1,
        // Rounded, since the sum's last digits depend on where checkpoints cut the epoch.
        loss: Math.fround(lossSums[i]! / length),
        validationLoss: validation?.[i],
        ...this.#rateAfter(i, epoch),
        seconds,
        samplesPerSecond: length / seconds,
      };
      records.set(first + i, record);
      return this.#advance(run, { state, history: [...run.history, record] }, i);
    });
    for (const [i, run] of this.#runs.entries()) {
      const kept = new Set(arraysOf(run));
      const arrays = [...arraysOf(before[i]!), ...arraysOf({ state: states[i]! })];
      arrays.filter((values) => !kept.has(values)).forEach(freeArray);
    }
    for (const [run, record] of records) {
      // A copy: a hook may change what it gets, and the history is also what `earlyStopping` and checkpoints read.
      await hooks.wait(() => options.onEpoch?.(run, { ...record }));
    }
    // After the last epoch nobody else would look.
    options.signal?.throwIfAborted();
  }

  /** The learning rate of an epoch's last step, unless it is constant. */
  #rateAfter(run: number, epoch: number): Pick<EpochRecord, "learningRate"> {
    const { runs, settings } = this.#setup;
    const { schedule, learningRate, epochs, batchSize } = settings[run]!;
    if (schedule === undefined) return {};
    const steps = Math.ceil(runs[run]!.data.length / batchSize);
    const step = (epoch + 1) * steps;
    const totalSteps = epochs * steps;
    return { learningRate: learningRateAt(schedule, { step, totalSteps, learningRate }) };
  }

  /** The run after an epoch; it still has the weights of its best epoch, if they are to be kept. */
  #advance(before: GroupRun, after: GroupRun, run: number): GroupRun {
    const { restoreBest = false } = this.#setup.settings[run]!.earlyStopping ?? {};
    const { history } = after;
    if (!restoreBest || bestEpoch(history) === history.length) return after;
    return { ...after, bestWeights: before.bestWeights ?? before.state.weights };
  }

  async #saveWithinEpoch(progress: Progress): Promise<void> {
    const states = await this.#session.state();
    const runs = this.#runs.map((run, i): RunCheckpoint => {
      return { ...toCheckpoint(run), underWay: states[i]! };
    });
    await this.#save(progress, runs);
    states.forEach(freeState);
  }

  async #save(progress: Progress, runs: readonly RunCheckpoint[]): Promise<void> {
    const { save, cadence } = this.#saving;
    await save({ ...progress, runs });
    cadence.restart();
    this.#unsaved = undefined;
  }
}

function arraysOf(
  { state, bestWeights = [] }: Pick<GroupRun, "state" | "bestWeights">,
): Float32Array[] {
  return [state.weights, state.firstMoments, state.secondMoments, bestWeights].flat();
}
