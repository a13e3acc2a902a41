import { DivergedError } from "../errors.ts";
import type { ModelSpec } from "../model/spec.ts";
import { CallQueue } from "./call_queue.ts";
import { checkCount, checkRows, checkTraining, pieceOf } from "./check_request.ts";
import { checkState } from "./check_state.ts";
import type {
  CallOptions,
  EpochProgress,
  EpochRequest,
  InputGradients,
  PredictionPath,
  Session,
  SessionOptions,
  SessionState,
} from "./engine.ts";
import { freeState } from "./free_state.ts";
import type { PathRequest } from "./path_source.ts";
import type { SampleSource } from "./sample_source.ts";

/** One member's part of an epoch: a piece of its order, which is not empty. */
export interface MemberEpoch {
  readonly source: SampleSource;
  readonly order: Uint32Array;
  readonly epoch: number;
  readonly firstPosition: number;
  readonly start: number;
  readonly end: number;
  /** Called with the number of samples of the order that are done, and the mean loss since `start`. */
  readonly onProgress: (samples: number, meanLoss: number | undefined) => void;
  readonly signal: AbortSignal;
}

/** How one member's call reports and ends. */
export interface MemberCall {
  readonly onProgress: (samples: number) => void;
  readonly signal: AbortSignal;
}

/** One model with threads or tensors of its own. Its arguments have been checked, and its calls do not overlap. */
export interface Member extends AsyncDisposable {
  /** The hardware in words. */
  readonly device: string;
  /** See `Session.path`. */
  readonly path?: PredictionPath | undefined;
  /**
   * Trains on a piece of an order; see `Session.runEpoch`. If it rejects, the caller restores its state.
   *
   * @returns Mean training loss of the piece.
   * @throws {DivergedError} If the loss is not finite.
   */
  runEpoch(epoch: MemberEpoch): Promise<number>;
  /** See `Session.predict`. */
  predict(
    source: SampleSource,
    rows: Uint32Array,
    call: MemberCall,
  ): Promise<Float32Array<ArrayBuffer>>;
  /** See `Session.inputGradients`. */
  inputGradients(
    source: SampleSource,
    rows: Uint32Array,
    call: MemberCall,
  ): Promise<InputGradients>;
  /** See `Session.pathGradients`; absent where the engine has no way of its own. */
  pathGradients?(request: PathRequest, call: MemberCall): Promise<InputGradients | undefined>;
  /** Copies weights and optimizer state. */
  state(): Promise<SessionState>;
  /** Sets weights and optimizer state. */
  restore(state: SessionState): Promise<void>;
  /** See `Session.rest`; absent where the member holds more than threads and memory. */
  rest?(): Promise<void>;
}

/**
 * Opens a session whose members share nothing and run at the same time, for engines that cannot compute several models
 * together.
 *
 * @param spec The shape that the models have in common.
 * @param options The session's.
 * @param open Opens one of them.
 * @returns The session; where a member cannot be opened, those that were are disposed of.
 */
export async function openMemberSession(
  spec: ModelSpec,
  options: SessionOptions,
  open: (index: number) => Promise<Member>,
): Promise<Session> {
  const opened = await Promise.allSettled(options.members.map((_, index) => open(index)));
  const members = opened.flatMap((end) => end.status === "fulfilled" ? [end.value] : []);
  const failed = opened.find((end) => end.status === "rejected");
  if (failed === undefined) return new MemberSession(spec, options.batchSize, members);
  await disposeAll(members);
  throw failed.reason;
}

/** A session of members that run side by side. */
class MemberSession implements Session {
  readonly device: string;
  readonly path: PredictionPath | undefined;
  readonly members: number;
  declare readonly rest?: () => Promise<void>;
  declare readonly pathGradients?: NonNullable<Session["pathGradients"]>;
  readonly #spec: ModelSpec;
  readonly #batchSize: number;
  readonly #members: readonly Member[];
  readonly #queue = new CallQueue();

  constructor(spec: ModelSpec, batchSize: number, members: readonly Member[]) {
    this.device = members[0]!.device;
    this.path = members[0]!.path;
    this.members = members.length;
    this.#spec = spec;
    this.#batchSize = batchSize;
    this.#members = members;
    if (members.every(({ rest }) => rest !== undefined)) {
      this.rest = () => this.#queue.run(async () => void await this.#each((one) => one.rest!()));
    }
    if (members.every(({ pathGradients }) => pathGradients !== undefined)) {
      this.pathGradients = (request, options) => this.#followPaths(request, options);
    }
  }

  runEpoch(request: EpochRequest): Promise<(number | DivergedError)[]> {
    return this.#queue.run((signal) => {
      const { members } = this;
      checkTraining(this.#spec, request, { members, batchSize: this.#batchSize });
      return this.#runEpoch(request, signal);
    }, request.signal);
  }

  async #runEpoch(
    request: EpochRequest,
    signal: AbortSignal,
  ): Promise<(number | DivergedError)[]> {
    const { source, orders, epoch, firstPosition = 0, onProgress } = request;
    const progress = new ProgressOfMembers(request);
    const before = new Map<Member, SessionState>();
    try {
      return await this.#each(async (member, index) => {
        const order = orders[index]!;
        const { start, end } = pieceOf(order, request);
        if (start === end) return NaN;
        before.set(member, await member.state());
        const report = (samples: number, loss: number | undefined) => {
          progress.report(index, samples, loss);
          onProgress?.(progress.now());
        };
        const own = { source, order, epoch, firstPosition, start, end, onProgress: report, signal };
        return await member.runEpoch(own).catch(async (error) => {
          if (!(error instanceof DivergedError)) throw error;
          await member.restore(before.get(member)!);
          return error;
        });
      });
    } catch (error) {
      // Where the hardware failed it cannot be set back; the first error says why.
      await Promise.allSettled(
        [...before.entries()].map(([member, state]) => member.restore(state)),
      );
      throw error;
    } finally {
      for (const state of before.values()) freeState(state);
    }
  }

  predict(
    source: SampleSource,
    rows: readonly Uint32Array[],
    options: CallOptions = {},
  ): Promise<Float32Array<ArrayBuffer>[]> {
    return this.#run(
      rows,
      { source, options, run: (member, own, call) => member.predict(source, own, call) },
    );
  }

  inputGradients(
    source: SampleSource,
    rows: readonly Uint32Array[],
    options: CallOptions = {},
  ): Promise<InputGradients[]> {
    return this.#run(
      rows,
      { source, options, run: (member, own, call) => member.inputGradients(source, own, call) },
    );
  }

  async #followPaths(
    request: PathRequest,
    options: CallOptions = {},
  ): Promise<InputGradients[] | undefined> {
    const { source, rows } = request;
    const found = await this.#run(this.#members.map(() => rows), {
      source,
      options,
      points: request.weights.length,
      run: (member, _, call) => member.pathGradients!(request, call),
    });
    // Members are of one shape, so all have that way or none has.
    return found.every((one) => one !== undefined) ? found : undefined;
  }

  /** Makes a call of every member with its own rows. */
  #run<Result>(rows: readonly Uint32Array[], { source, options, run, points }: {
    readonly source: SampleSource;
    /** Points on the path of each row, where these are counted in place of samples. */
    readonly points?: number;
    readonly options: CallOptions;
    readonly run: (member: Member, rows: Uint32Array, call: MemberCall) => Promise<Result>;
  }): Promise<Result[]> {
    const { signal: stopped, onProgress } = options;
    return this.#queue.run((signal) => {
      checkRows(this.#spec, { source, rows, members: this.members });
      const done = rows.map(() => 0);
      const total = rows.reduce((sum, { length }) => sum + length, 0) * (points ?? 1);
      const unit = points === undefined ? "samples" : "points";
      return this.#each((member, index) => {
        const report = (samples: number) => {
          done[index] = samples;
          onProgress?.({ done: sumOf(done), total, unit });
        };
        return run(member, rows[index]!, { signal, onProgress: report });
      });
    }, stopped);
  }

  state(): Promise<SessionState[]> {
    return this.#queue.run(() => this.#each((member) => member.state()));
  }

  restore(states: readonly SessionState[]): Promise<void> {
    return this.#queue.run(async () => {
      checkCount(states, this.members);
      for (const state of states) checkState(this.#spec, state);
      await this.#each((member, index) => member.restore(states[index]!));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#queue.close(() => disposeAll(this.#members));
  }

  /** Waits for all, so that no member is still at work when one has failed. */
  async #each<Result>(
    run: (member: Member, index: number) => Promise<Result>,
  ): Promise<Result[]> {
    const ends = await Promise.allSettled(this.#members.map(run));
    return ends.map((end) => {
      if (end.status === "rejected") throw end.reason;
      return end.value;
    });
  }
}

/** The progress of the members in an epoch. */
class ProgressOfMembers {
  readonly #total: number;
  readonly #done: number[];
  readonly #starts: readonly number[];
  readonly #losses: (number | undefined)[];

  constructor(request: EpochRequest) {
    this.#total = request.orders.reduce((sum, { length }) => sum + length, 0);
    this.#starts = request.orders.map((order) => pieceOf(order, request).start);
    this.#done = [...this.#starts];
    this.#losses = this.#starts.map(() => undefined);
  }

  report(member: number, samples: number, loss: number | undefined): void {
    this.#done[member] = samples;
    this.#losses[member] = loss;
  }

  now(): EpochProgress {
    const meanLoss = this.#meanLoss();
    return { done: sumOf(this.#done), total: this.#total, unit: "samples", meanLoss };
  }

  /** Mean loss of the samples done in this piece; `undefined` where a member does not say. */
  #meanLoss(): number | undefined {
    let [sum, total] = [0, 0];
    for (const [member, done] of this.#done.entries()) {
      const samples = done - this.#starts[member]!;
      if (samples === 0) continue;
      const loss = this.#losses[member];
      if (loss === undefined) return undefined;
      sum += samples * loss;
      total += samples;
    }
    return total === 0 ? undefined : sum / total;
  }
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

async function disposeAll(members: readonly Member[]): Promise<void> {
  await Promise.allSettled(members.map((member) => member[Symbol.asyncDispose]()));
}
