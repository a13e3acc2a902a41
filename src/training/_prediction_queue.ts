import { nextTask } from "../base/next_task.ts";
import { BusyError, EngineUnavailableError, SessionDisposedError } from "../errors.ts";
import { joinParts } from "./_joined_calls.ts";
import { type Latency, LatencyHistogram } from "./_latency_histogram.ts";
import type { PredictorCall } from "./_predictor_call.ts";
import type { PredictorSessions } from "./_predictor_sessions.ts";
import { TurnRoom } from "./_turn_room.ts";
import { type CallPart, WaitingCalls } from "./_waiting_calls.ts";

/** After a failure to start the engine again, calls are refused for so long before it is tried once more. */
const RETRY_MS = 1000;

/** What a predictor has done since it was opened. */
export interface PredictorCounters {
  /** Calls, however they ended. */
  readonly requests: number;
  /** Samples that were predicted. */
  readonly samples: number;
  /** Turns of the engine: samples of several calls may be computed in one. */
  readonly batches: number;
  /** Calls that were refused with a `BusyError`. */
  readonly rejected: number;
  /** Calls that their signal ended. */
  readonly aborted: number;
  /** Calls that were refused or failed for other reasons. */
  readonly failed: number;
  /** Samples of calls that have not ended. */
  readonly queued: number;
  /** How often the engine was started again. */
  readonly restarts: number;
  /** Time that the engine computed. */
  readonly engineSeconds: number;
  /** How long the calls took that were answered, from the call to the answer. */
  readonly latency: Latency;
}

/** Options of {@linkcode PredictionQueue}. */
export interface PredictionQueueOptions {
  /** The most samples that may wait. */
  readonly maxQueued: number;
  /** Whether a turn waits for calls that the event loop has ready. */
  readonly collectCalls: boolean;
}

/** Computes the calls of a predictor in turns, in which all that wait have a share. */
export class PredictionQueue {
  readonly #sessions: PredictorSessions;
  readonly #maxQueued: number;
  readonly #collectCalls: boolean;
  readonly #waiting = new WaitingCalls();
  readonly #latency = new LatencyHistogram();
  readonly #counts = { requests: 0, samples: 0, batches: 0, rejected: 0, aborted: 0, failed: 0 };
  readonly #room = new TurnRoom();
  #queued = 0;
  #engineMs = 0;
  #isWorking = false;
  #isClosed = false;
  #refusedUntil = 0;
  #turn: { readonly parts: readonly CallPart[]; readonly controller: AbortController } | undefined;

  /** Takes over the sessions, but for their disposal. */
  constructor(
    sessions: PredictorSessions,
    { maxQueued, collectCalls }: PredictionQueueOptions,
  ) {
    this.#sessions = sessions;
    this.#maxQueued = maxQueued;
    this.#collectCalls = collectCalls;
  }

  /** What was counted so far. */
  get counters(): PredictorCounters {
    return {
      ...this.#counts,
      queued: this.#queued,
      restarts: this.#sessions.restarts,
      engineSeconds: this.#engineMs / 1000,
      latency: this.#latency.summarise(),
    };
  }

  /**
   * Lets a call in, counts it, and has it computed.
   *
   * @param samples How many it has.
   * @param options Its signal; `prepare` makes the call, and `finish` its answer when the outputs are there.
   * @throws {BusyError} If too many samples wait.
   * @throws {SessionDisposedError} If the queue is closed.
   */
  async run<Answer>(samples: number, { signal, prepare, finish }: {
    readonly signal: AbortSignal | undefined;
    readonly prepare: () => Promise<PredictorCall>;
    readonly finish: (call: PredictorCall) => Answer;
  }): Promise<Answer> {
    const started = performance.now();
    this.#counts.requests++;
    this.#admit(samples);
    this.#queued += samples;
    try {
      signal?.throwIfAborted();
      const call = await prepare();
      signal?.throwIfAborted();
      await this.#compute(call, signal);
      const answer = finish(call);
      this.#counts.samples += samples;
      this.#latency.add(performance.now() - started);
      return answer;
    } catch (error) {
      this.#counts[signal?.aborted ? "aborted" : "failed"]++;
      throw error;
    } finally {
      this.#queued -= samples;
    }
  }

  /** Refuses calls that wait, and all that come. */
  close(): void {
    this.#isClosed = true;
    const error = disposed();
    for (const call of this.#waiting.clear()) call.fail(error);
    for (const { call } of this.#turn?.parts ?? []) call.fail(error);
    this.#turn?.controller.abort(error);
  }

  #admit(samples: number): void {
    if (this.#isClosed) {
      this.#counts.failed++;
      throw disposed();
    }
    // A call that finds nobody before it is taken whatever its size: there would be no other time for it.
    if (this.#queued === 0 || this.#queued + samples <= this.#maxQueued) return;
    this.#counts.rejected++;
    throw new BusyError(
      `Cannot predict ${samples} samples now: ${this.#queued} are waiting already, expected at most ` +
        `${this.#maxQueued} with these; try again later`,
    );
  }

  async #compute(call: PredictorCall, signal: AbortSignal | undefined): Promise<void> {
    if (this.#isClosed) throw disposed();
    if (call.waiting === 0) return;
    const stop = () => this.#end(call, signal!.reason);
    signal?.addEventListener("abort", stop);
    this.#waiting.add(call);
    if (!this.#isWorking) void this.#work();
    try {
      await call.finished;
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  /** Ends a call that was aborted; a turn that nobody else waits for ends too. */
  #end(call: PredictorCall, reason: unknown): void {
    this.#waiting.remove(call);
    call.fail(reason);
    const turn = this.#turn;
    if (turn?.parts.every(({ call }) => call.hasEnded)) turn.controller.abort(reason);
  }

  /** Takes turns until nobody waits. */
  async #work(): Promise<void> {
    this.#isWorking = true;
    try {
      while (!this.#waiting.isEmpty && !this.#isClosed) {
        // Calls that were made together are prepared by then.
        await (this.#collectCalls ? nextTask() : Promise.resolve());
        if (await this.#isReady()) await this.#takeTurn();
      }
    } finally {
      this.#isWorking = false;
    }
  }

  /** Starts the engine again if that failed before; refuses those who wait if it fails. */
  async #isReady(): Promise<boolean> {
    const { status, reason } = this.#sessions.health;
    if (status === "ready") return true;
    const isEarly = performance.now() < this.#refusedUntil;
    const failure = new EngineUnavailableError(`Cannot predict: the engine failed: ${reason}`);
    const error = isEarly ? failure : await this.#restart(failure);
    if (error === undefined) return true;
    for (const call of this.#waiting.clear()) call.fail(error);
    return false;
  }

  async #restart(failure: unknown): Promise<unknown> {
    try {
      await this.#sessions.restart(failure);
      return undefined;
    } catch (error) {
      this.#refusedUntil = performance.now() + RETRY_MS;
      return error;
    }
  }

  async #takeTurn(): Promise<void> {
    const parts = this.#waiting.take(this.#room.samples);
    const controller = new AbortController();
    this.#turn = { parts, controller };
    const started = performance.now();
    try {
      await this.#predict(parts, controller.signal);
      for (const { call, positions } of parts) call.advance(positions.length);
    } catch (error) {
      for (const { call } of parts) {
        this.#waiting.remove(call);
        call.fail(error);
      }
      if (error instanceof EngineUnavailableError && !this.#isClosed) await this.#restart(error);
    } finally {
      this.#turn = undefined;
      const took = performance.now() - started;
      this.#engineMs += took;
      this.#counts.batches++;
      this.#room.learn(countSamples(parts), took);
    }
  }

  /** Predicts parts of calls with every model, and puts the outputs in their places. */
  async #predict(parts: readonly CallPart[], signal: AbortSignal): Promise<void> {
    const { path, sources } = parts[0]!.call;
    for (const model of sources.keys()) {
      const { source, rows } = joinParts(parts, model);
      const { session } = this.#sessions.of(model, path);
      const [outputs] = await session.predict(source, [rows], { signal });
      let at = 0;
      for (const { call, positions } of parts) {
        for (const position of positions) call.outputs[model]![position] = outputs![at++]!;
      }
    }
  }
}

function disposed(): SessionDisposedError {
  return new SessionDisposedError("Cannot use the predictor: it was disposed of");
}

function countSamples(parts: readonly CallPart[]): number {
  return parts.reduce((sum, { positions }) => sum + positions.length, 0);
}
