/**
 * Sessions of models that were predicted with, kept for later predictions of a few samples: opening one takes a hundred
 * times as long as predicting a sample with it.
 *
 * A kept session holds memory only, neither threads nor a GPU. It goes when its model does, when others were used since,
 * or when it was not used for a while, and it never keeps the process alive.
 *
 * @module
 */

import { startIdleTimer } from "../base/idle_timer.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { type OpenedSession, openSession, type OpenSessionOptions } from "./_open_session.ts";

/** Predictions of more samples open a session of their own, so that the memory which these fill is given back. */
const MOST_SAMPLES = 64;
/** Sessions that are kept in the process, those used last. */
const MOST_KEPT = 8;
/** How long one is kept without being used, in milliseconds. */
const IDLE_MS = 60_000;

/** What a session was opened with: if any of it has changed since, the session is of no use. */
class ModelCopy {
  readonly #spec: string;
  readonly #weights: readonly Int32Array[];

  constructor({ spec, weights }: TrainedModel) {
    this.#spec = JSON.stringify(spec);
    this.#weights = weights.map((values) => bitsOf(values).slice());
  }

  /** Whether a model has this shape, and these weights to the bit. */
  equals({ spec, weights }: TrainedModel): boolean {
    return weights.length === this.#weights.length &&
      weights.every((values, index) => haveSameBits(bitsOf(values), this.#weights[index]!)) &&
      JSON.stringify(spec) === this.#spec;
  }
}

function bitsOf({ buffer, byteOffset, length }: Float32Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length);
}

function haveSameBits(first: Int32Array, second: Int32Array): boolean {
  if (first.length !== second.length) return false;
  for (let i = 0; i < first.length; i++) {
    if (first[i] !== second[i]) return false;
  }
  return true;
}

/** Opens a session as one that was used before is: it then starts no threads for what takes less time than their start. */
async function openRested(
  model: TrainedModel,
  options: OpenSessionOptions,
): Promise<OpenedSession> {
  const opened = await openSession(model, options);
  await opened.session.rest?.();
  return opened;
}

/** Sessions of a model, by what else they were opened with. */
type SessionsOfModel = Map<string, KeptSession>;

const kept = new WeakMap<TrainedModel, SessionsOfModel>();
/** All that are kept, the one used last at the end. They do not hold the sessions: only the models do. */
const recent = new Set<WeakRef<KeptSession>>();

/** A session that several calls may use, one after the other or at the same time. */
class KeptSession {
  readonly copy: ModelCopy;
  readonly #opening: Promise<OpenedSession>;
  readonly #forget: () => void;
  readonly #reference = new WeakRef(this);
  #users = 0;
  #isDropped = false;
  #cancelTimer = () => {};

  /** `forget` is called when the session is dropped. */
  constructor(
    model: TrainedModel,
    { forget, ...options }: OpenSessionOptions & { readonly forget: () => void },
  ) {
    this.copy = new ModelCopy(model);
    this.#opening = openRested(model, options);
    this.#forget = forget;
  }

  /** Uses the session; afterwards it rests, or is disposed of if it cannot or nobody will use it again. */
  async use<Result>(run: (opened: OpenedSession) => Promise<Result>): Promise<Result> {
    this.#users++;
    this.#cancelTimer();
    this.#comeLast();
    try {
      return await run(await this.#opening);
    } catch (error) {
      // Nobody can tell what state a failure has left it in, and another one costs little.
      void this.drop();
      throw error;
    } finally {
      this.#users--;
      if (this.#users === 0) await this.#afterLast();
    }
  }

  /** Disposes of a session that was dropped or cannot rest. Else the answer does not wait until it rests, nor for its timer. */
  async #afterLast(): Promise<void> {
    if (this.#isDropped) return await this.#dispose();
    const { session } = await this.#opening;
    if (session.rest === undefined) return await this.drop();
    void this.#rest(session.rest()).catch(() => this.drop());
  }

  /**
   * Has no further call use the session; it is disposed of when those that use it have ended.
   *
   * @returns Waits for that where nobody uses it.
   */
  async drop(): Promise<void> {
    if (this.#isDropped) return;
    this.#isDropped = true;
    this.#cancelTimer();
    recent.delete(this.#reference);
    this.#forget();
    if (this.#users === 0) await this.#dispose();
  }

  #comeLast(): void {
    if (this.#isDropped) return;
    recent.delete(this.#reference);
    recent.add(this.#reference);
    const [oldest] = recent;
    if (recent.size <= MOST_KEPT) return;
    recent.delete(oldest!);
    void oldest!.deref()?.drop();
  }

  async #rest(resting: Promise<void>): Promise<void> {
    await resting;
    if (this.#users > 0 || this.#isDropped) return;
    const reference = this.#reference;
    // Another call may have used the session and ended meanwhile.
    this.#cancelTimer();
    this.#cancelTimer = startIdleTimer(() => void reference.deref()?.drop(), IDLE_MS);
  }

  async #dispose(): Promise<void> {
    const opened = await this.#opening.catch(() => undefined);
    await opened?.session[Symbol.asyncDispose]();
  }
}

/**
 * Predicts with a session of a model: one that is kept, if there are few samples, else one of their own. A model whose
 * shape or weights have changed since its session was opened gets another one.
 *
 * @param model The model.
 * @param options What the session depends on, and the number of samples.
 * @param run Uses the session.
 * @returns What `run` returns.
 */
export async function withSession<Result>(
  model: TrainedModel,
  { samples, ...options }: OpenSessionOptions & { readonly samples: number },
  run: (opened: OpenedSession) => Promise<Result>,
): Promise<Result> {
  if (samples <= MOST_SAMPLES) return await keptSession(model, options).use(run);
  const opened = await openRested(model, options);
  await using _ = opened.session;
  return await run(opened);
}

function keptSession(model: TrainedModel, options: OpenSessionOptions): KeptSession {
  const ofModel: SessionsOfModel = kept.get(model) ?? new Map();
  kept.set(model, ofModel);
  const key = JSON.stringify([options.engine, options.threads, options.path]);
  const known = ofModel.get(key);
  if (known?.copy.equals(model)) return known;
  void known?.drop();
  const made = new KeptSession(model, { ...options, forget: () => ofModel.delete(key) });
  ofModel.set(key, made);
  return made;
}
