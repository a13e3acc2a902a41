import type { PredictionPath } from "../engine/engine.ts";
import type { EngineReport } from "../engine/select.ts";
import { EngineUnavailableError } from "../errors.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { blankSource } from "./_blank_source.ts";
import { type OpenedSession, openSession, type OpenSessionOptions } from "./_open_session.ts";

/** Options of {@linkcode PredictorSessions}. */
export interface PredictorSessionsOptions extends Omit<OpenSessionOptions, "path"> {
  /** The paths on which calls may be computed: one or both. */
  readonly paths: readonly PredictionPath[];
}

/** Whether a predictor can be used. */
export interface PredictorHealth {
  /**
   * `ready` to predict; `restarting` after a failure of its engine, with calls that wait for that; `failed` if the engine
   * could not be started again, which the next call tries once more; `disposed` for good.
   */
  readonly status: "ready" | "restarting" | "failed" | "disposed";
  /** What failed; absent where nothing did. */
  readonly reason?: string;
}

/** The sessions of a predictor's models, one for each model and path, which are opened again after a failure. */
export class PredictorSessions implements AsyncDisposable {
  readonly #models: readonly TrainedModel[];
  readonly #options: PredictorSessionsOptions;
  /** `[model][path]` */
  #opened: readonly (readonly OpenedSession[])[] = [];
  #health: PredictorHealth = { status: "ready" };
  #report: EngineReport | undefined;
  #restarts = 0;

  /** Takes copies of the models' weights; opens nothing yet. */
  constructor(models: readonly TrainedModel[], options: PredictorSessionsOptions) {
    this.#models = models.map((model) => ({
      ...model,
      weights: model.weights.map((values) => values.slice()),
    }));
    this.#options = options;
  }

  /** The models with the weights that they had. */
  get models(): readonly TrainedModel[] {
    return this.#models;
  }

  /** Whether they can be used. */
  get health(): PredictorHealth {
    return this.#health;
  }

  /** How often they were opened again. */
  get restarts(): number {
    return this.#restarts;
  }

  /** What computes, since they were opened. */
  get report(): EngineReport {
    return this.#report!;
  }

  /** Opens all, and has kernels made now rather than with the first sample. */
  async open(): Promise<void> {
    const opened: OpenedSession[][] = [];
    try {
      for (const model of this.#models) {
        const own: OpenedSession[] = [];
        opened.push(own);
        await this.#openPaths(model, own);
      }
    } finally {
      // Also those of an opening that failed, or that outlived the disposal: they are to be closed.
      this.#opened = opened;
    }
    const reports = opened[0]!.map(({ report }) => report);
    const arithmetic = [...new Set(reports.map((report) => report.arithmetic))].join("; ");
    // Whoever asks for it gets it as it is.
    this.#report = Object.freeze({ ...reports[0]!, arithmetic });
  }

  /** Opens the sessions of a model into `own`. */
  async #openPaths(model: TrainedModel, own: OpenedSession[]): Promise<void> {
    const { paths, ...options } = this.#options;
    for (const path of paths) {
      const [first] = own;
      // An engine that has one way only serves both paths with one session.
      if (first !== undefined && first.session.path === undefined) {
        own.push(first);
        continue;
      }
      const one = await openSession(model, { ...options, path });
      own.push(one);
      await one.session.predict(blankSource(model.spec), [Uint32Array.of(0)]);
    }
  }

  /** The session of a model on a path. */
  of(model: number, path: PredictionPath): OpenedSession {
    return this.#opened[model]![this.#options.paths.indexOf(path)]!;
  }

  /**
   * Opens all again, after one has failed.
   *
   * @param failure What happened.
   * @throws {EngineUnavailableError} If that fails too.
   */
  async restart(failure: unknown): Promise<void> {
    if (this.#health.status === "disposed") return;
    this.#health = { status: "restarting", reason: reasonOf(failure) };
    this.#restarts++;
    await this.#close();
    try {
      await this.open();
    } catch (error) {
      await this.#close();
      if (!this.#isDisposed) this.#health = { status: "failed", reason: reasonOf(error) };
      throw new EngineUnavailableError(
        `Cannot predict: the engine failed and could not be started again: ${reasonOf(error)}`,
        { cause: error },
      );
    }
    if (this.#isDisposed) return await this.#close();
    this.#health = { status: "ready" };
  }

  /** Ends all for good. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#health = { status: "disposed" };
    await this.#close();
  }

  // A function of its own, since it may change while something is waited for.
  get #isDisposed(): boolean {
    return this.#health.status === "disposed";
  }

  async #close(): Promise<void> {
    const opened = this.#opened.flat();
    this.#opened = [];
    await Promise.allSettled(opened.map(({ session }) => session[Symbol.asyncDispose]()));
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
