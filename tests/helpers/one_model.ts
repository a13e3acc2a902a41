/** One model in a session, alone or between others: what most tests of an engine are about. */

import type {
  CallOptions,
  Engine,
  EpochRequest,
  InputGradients,
  MemberOptions,
  Session,
  SessionState,
} from "../../src/engine/engine.ts";
import { memorySource, type SignalColumns } from "../../src/engine/memory_source.ts";
import type { SampleSource } from "../../src/engine/sample_source.ts";
import { DivergedError } from "../../src/errors.ts";
import type { ModelSpec } from "../../src/model/spec.ts";

/** Samples as a test has them: in columns, or as a source. */
export type TestData = SignalColumns | SampleSource;

const sources = new WeakMap<SignalColumns, SampleSource>();

/** A source of samples, the same one for the same columns. */
export function sourceOf(data: TestData): SampleSource {
  if ("gather" in data) return data;
  const source = sources.get(data) ?? memorySource(data);
  sources.set(data, source);
  return source;
}

/** Options of one model. */
export interface OneModelOptions extends MemberOptions {
  readonly batchSize: number;
  readonly threads?: number | undefined;
}

/** An epoch of one model. */
export interface OneModelEpoch extends Omit<EpochRequest, "source" | "orders"> {
  readonly data: TestData;
  readonly order: Uint32Array;
}

/** An engine under test, and how it runs one model. */
export interface Subject {
  /** The engine's name, and how many members its sessions have. */
  readonly name: string;
  readonly engine: Engine;
  readonly members: number;
  open(spec: ModelSpec, options: OneModelOptions): Promise<OneModel>;
}

/**
 * An engine whose sessions have one member, or three: then the model has another on each side, one that diverges, with
 * the same samples, and one that is skipped.
 */
export function subjectOf(engine: Engine, members: 1 | 3 = 1): Subject {
  return {
    name: members === 1 ? engine.name : `${engine.name} with three members`,
    engine,
    members,
    open: (spec, options) => OneModel.open(engine, spec, { ...options, members }),
  };
}

/** Opens a session with one member. */
export function openOne(
  engine: Engine,
  spec: ModelSpec,
  options: OneModelOptions,
): Promise<OneModel> {
  return OneModel.open(engine, spec, { ...options, members: 1 });
}

/** A model in a session. */
export class OneModel implements AsyncDisposable {
  readonly session: Session;
  /** Its place in the session. */
  readonly #place: number;

  private constructor(session: Session) {
    this.session = session;
    this.#place = session.members === 1 ? 0 : 1;
  }

  static async open(
    engine: Engine,
    spec: ModelSpec,
    options: OneModelOptions & { readonly members: 1 | 3 },
  ): Promise<OneModel> {
    const { batchSize, threads, members: count, ...own } = options;
    const { weights, seed, learningRate } = own;
    const wild = { weights, seed: seed + 1, learningRate: 1e30 };
    const skipped = { weights, seed: seed + 2, learningRate };
    const members = count === 1 ? [own] : [wild, own, skipped];
    return new OneModel(await engine.createSession(spec, { members, batchSize, threads }));
  }

  async runEpoch({ data, order, ...request }: OneModelEpoch): Promise<number> {
    const source = sourceOf(data);
    const losses = await this.session.runEpoch({ ...request, source, orders: this.#spread(order) });
    const loss = losses[this.#place]!;
    if (loss instanceof DivergedError) throw loss;
    return loss;
  }

  async predict(
    data: TestData,
    rows: Uint32Array,
    options?: CallOptions,
  ): Promise<Float32Array<ArrayBuffer>> {
    const predicted = await this.session.predict(sourceOf(data), this.#spread(rows), options);
    return predicted[this.#place]!;
  }

  async inputGradients(data: TestData, rows: Uint32Array): Promise<InputGradients> {
    const gradients = await this.session.inputGradients(sourceOf(data), this.#spread(rows));
    return gradients[this.#place]!;
  }

  async weights(): Promise<readonly Float32Array[]> {
    return (await this.state()).weights;
  }

  async state(): Promise<SessionState> {
    return (await this.session.state())[this.#place]!;
  }

  async restore(state: SessionState): Promise<void> {
    const states = await this.session.state();
    await this.session.restore(states.map((own, place) => place === this.#place ? state : own));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session[Symbol.asyncDispose]();
  }

  /** Rows of each member. */
  #spread(rows: Uint32Array): Uint32Array[] {
    return this.session.members === 1 ? [rows] : [rows, rows, new Uint32Array(0)];
  }
}
