import { chooseThreads } from "../base/threads.ts";
import { DivergedError } from "../errors.ts";
import type { ModelSpec } from "../model/spec.ts";
import type {
  Engine,
  EngineData,
  ManyEpochRequest,
  ManySession,
  ManySessionOptions,
  Session,
  SessionState,
} from "./engine.ts";

/**
 * Opens a session for several models of one shape. An engine that can train them side by side does; elsewhere each
 * has a session of its own, with its share of the threads.
 *
 * @param engine The engine.
 * @param spec The shape that the models have in common.
 * @param options The models and what they share.
 * @throws As {@linkcode Engine.createSession} does.
 */
export async function openManySession(
  engine: Engine,
  spec: ModelSpec,
  options: ManySessionOptions,
): Promise<ManySession> {
  if (engine.createManySession !== undefined) return await engine.createManySession(spec, options);
  const { members, batchSize } = options;
  const threads = Math.max(1, Math.floor(chooseThreads(options.threads) / members.length));
  const opened = await Promise.allSettled(
    members.map((member) => engine.createSession(spec, { ...member, batchSize, threads })),
  );
  const sessions = opened.flatMap((end) => end.status === "fulfilled" ? [end.value] : []);
  const failed = opened.find((end) => end.status === "rejected");
  if (failed === undefined) return new SessionsTogether(sessions);
  await disposeAll(sessions);
  throw failed.reason;
}

/** Sessions of one model each, used at the same time. */
class SessionsTogether implements ManySession {
  readonly device: string;
  readonly #sessions: readonly Session[];

  constructor(sessions: readonly Session[]) {
    this.#sessions = sessions;
    this.device = sessions[0].device;
  }

  async runEpoch(request: ManyEpochRequest): Promise<(number | DivergedError)[]> {
    const { orders, onProgress, ...rest } = request;
    const done = orders.map(() => 0);
    const losses: (number | undefined)[] = orders.map(() => undefined);
    const report = (model: number, samples: number, loss: number | undefined) => {
      done[model] = samples;
      losses[model] = loss;
      onProgress?.(done.reduce((sum, count) => sum + count, 0), weightedMean(losses, done));
    };
    return await this.#each(async (session, model) => {
      const order = orders[model];
      if (order.length <= (rest.start ?? 0)) return NaN;
      const onProgress = (samples: number, loss: number | undefined) =>
        report(model, samples, loss);
      try {
        return await session.runEpoch({ ...rest, order, onProgress });
      } catch (error) {
        if (error instanceof DivergedError) return error;
        throw error;
      }
    });
  }

  async predict(
    data: EngineData,
    rows: readonly Uint32Array[],
    { signal, onProgress }: Parameters<ManySession["predict"]>[2] = {},
  ): Promise<Float32Array<ArrayBuffer>[]> {
    const done = rows.map(() => 0);
    return await this.#each((session, model) =>
      session.predict(data, rows[model], {
        signal,
        onProgress: (samples) => {
          done[model] = samples;
          onProgress?.(done.reduce((sum, count) => sum + count, 0));
        },
      })
    );
  }

  state(): Promise<SessionState[]> {
    return this.#each((session) => session.state());
  }

  async restore(states: readonly SessionState[]): Promise<void> {
    await this.#each((session, model) => session.restore(states[model]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await disposeAll(this.#sessions);
  }

  /** Waits for all, so that none is still at work when one has failed. */
  async #each<T>(run: (session: Session, model: number) => Promise<T>): Promise<T[]> {
    const ends = await Promise.allSettled(this.#sessions.map(run));
    return ends.map((end) => {
      if (end.status === "rejected") throw end.reason;
      return end.value;
    });
  }
}

function weightedMean(
  values: readonly (number | undefined)[],
  weights: readonly number[],
): number | undefined {
  let [sum, total] = [0, 0];
  for (const [i, value] of values.entries()) {
    if (weights[i] === 0) continue;
    if (value === undefined) return undefined;
    sum += weights[i] * value;
    total += weights[i];
  }
  return total === 0 ? undefined : sum / total;
}

async function disposeAll(sessions: readonly Session[]): Promise<void> {
  await Promise.allSettled(sessions.map((session) => session[Symbol.asyncDispose]()));
}
