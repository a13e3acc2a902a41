/** This package's engine as a contestant, through the engine contract alone. */

import type { Engine, Session, SessionOptions } from "../../src/engine/engine.ts";
import { pathGradients } from "../../src/engine/path_gradients.ts";
import type { SampleSource } from "../../src/engine/sample_source.ts";
import { DivergedError } from "../../src/errors.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../../src/random.ts";
import {
  type CheckSize,
  type Contestant,
  EXPLAINED,
  type Measure,
  measureCalls,
  measureRate,
  type Outputs,
  PATH_POINTS,
  type Rates,
} from "./contestant.ts";
import {
  groupSizeOf,
  sourceOfNewMarks,
  sourceOfWorkload,
  withoutDropout,
  type Workload,
} from "./workload.ts";

/** A call that takes less long than this, in seconds, gets more samples the next time. */
const SHORT_CALL = 0.2;
/** The same with DNA, where before an epoch of thousands of steps ten million numbers are copied, to take it back if it fails. */
const SHORT_DNA_CALL = 2;
/** Batch of a session that only predicts, as `predict` opens it. */
const PREDICTED_BATCH = 256;

/** By what factor more the marks of new samples differ from the panel's from one call to the next. */
const MARKS_APART = 1e-4;

/** Sessions that are timed: as commands open them to train and to predict many samples, and to answer one by one. */
const PATHS = { train: "direct", predict: "grouped", one: "direct", explain: "grouped" } as const;

/** How to run an engine. */
export interface OurEngineOptions {
  readonly threads: number;
  /** What the table calls it. */
  readonly label: string;
}

/** An engine with a workload. */
export class OurEngine implements Contestant, AsyncDisposable {
  readonly label: string;
  readonly #engine: Engine;
  readonly #workload: Workload;
  readonly #source: SampleSource;
  /** The same samples in tables of their own: nothing that was kept of one is known of the other. */
  readonly #twin: SampleSource;
  readonly #threads: number;
  readonly #random = new RandomStream(deriveKey(0, "bench"));
  readonly #sessions = new Map<Measure, Session>();
  readonly #rows: Record<Exclude<Measure, "one">, number>;
  #epoch = 0;
  #calls = 0;

  /** Sessions are opened when they are needed. */
  constructor(engine: Engine, workload: Workload, { threads, label }: OurEngineOptions) {
    this.#engine = engine;
    this.#workload = workload;
    this.#source = sourceOfWorkload(workload);
    this.#twin = "dna" in workload ? sourceOfWorkload(workload) : this.#source;
    this.#threads = threads;
    this.label = label;
    const { batchSize } = workload;
    this.#rows = { train: batchSize, predict: batchSize, explain: EXPLAINED };
  }

  async check({ steps, batchSize }: CheckSize): Promise<Outputs> {
    const spec = withoutDropout(this.#workload.spec);
    const rows = Uint32Array.from({ length: steps * batchSize }, (_, row) => row);
    await using predicting = await this.#open("predict", spec);
    const [predictions] = await predicting.predict(this.#source, [rows]);
    await using training = await this.#open("train", spec, batchSize);
    const losses: number[] = [];
    for (let epoch = 0; epoch < steps; epoch++) {
      const orders = [rows.subarray(epoch * batchSize, (epoch + 1) * batchSize)];
      const [loss] = await training.runEpoch({ source: this.#source, orders, epoch });
      losses.push(loss instanceof DivergedError ? NaN : loss!);
    }
    const gradients = await this.#explain(predicting, rows.subarray(0, EXPLAINED));
    return { predictions: [...predictions!], losses, gradients: gradients && [...gradients] };
  }

  /** Mean gradients on the way from zeros to samples; `undefined` if they are not of a signal alone. */
  async #explain(session: Session, rows: Uint32Array): Promise<Float32Array | undefined> {
    if (!("data" in this.#workload)) return undefined;
    const { bins, marks } = this.#workload.data;
    const [gradients] = await pathGradients(session, {
      source: this.#source,
      rows,
      baselines: { signal: new Float32Array(bins * marks) },
      baselineOf: new Uint32Array(rows.length),
      fractions: Float64Array.from({ length: PATH_POINTS }, (_, i) => (i + 0.5) / PATH_POINTS),
      weights: new Float64Array(PATH_POINTS).fill(1 / PATH_POINTS),
    });
    return gradients!.signal;
  }

  /** Calls grow until they are long, since an engine may take a millisecond or a minute for a batch. */
  async measure(what: Measure, seconds: number): Promise<Rates> {
    const session = this.#sessions.get(what) ?? await this.#openWarm(what);
    this.#sessions.set(what, session);
    if (what === "one") {
      const row = Uint32Array.of(0);
      return await measureCalls(seconds, () => session.predict(this.#source, [row]));
    }
    let source = this.#source;
    const run = async () => {
      const rows = this.#nextRows(what);
      const started = performance.now();
      await this.#run(session, what, { source, rows });
      const short = "dna" in this.#workload ? SHORT_DNA_CALL : SHORT_CALL;
      if (performance.now() - started < short * 1000) {
        this.#rows[what] = Math.min(this.#source.samples, 2 * this.#rows[what]);
      }
      return rows.length;
    };
    return await measureRate(seconds, run, () => {
      if (what === "predict") source = this.#nextSource();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions.values()) await session[Symbol.asyncDispose]();
    this.#sessions.clear();
  }

  async #run(
    session: Session,
    what: Measure,
    { source, rows }: { readonly source: SampleSource; readonly rows: Uint32Array },
  ): Promise<void> {
    if (what === "explain") {
      await this.#explain(session, rows);
      return;
    }
    if (what !== "train") {
      await session.predict(source, [rows]);
      return;
    }
    const [loss] = await session.runEpoch({
      source,
      orders: [rows],
      epoch: this.#epoch++,
    });
    if (loss instanceof DivergedError) throw loss;
  }

  /**
   * Samples that nothing was kept of. Those that are compared with a panel have marks of their own, which are not in it:
   * peers encode them, so this engine must not find them among what it has encoded.
   */
  #nextSource(): SampleSource {
    const call = ++this.#calls;
    if ("panel" in this.#workload) {
      return sourceOfNewMarks(this.#workload, 1 + call * MARKS_APART);
    }
    return call % 2 === 0 ? this.#twin : this.#source;
  }

  /** Samples to predict are in the order of the data, those to train on shuffled, whole groups of them. */
  #nextRows(what: Exclude<Measure, "one">): Uint32Array {
    const count = this.#rows[what];
    if (what !== "train" && "dna" in this.#workload) {
      // A sample of each gene, then another of each.
      const { cellTypes } = this.#workload.dna;
      const genes = this.#source.samples / cellTypes;
      return Uint32Array.from(
        { length: Math.min(count, genes) },
        (_, gene) => gene * cellTypes,
      );
    }
    if (what !== "train") return Uint32Array.from({ length: count }, (_, row) => row);
    const group = groupSizeOf(this.#workload);
    const groups = shuffledIndices(this.#source.samples / group, this.#random);
    return Uint32Array.from(
      { length: count },
      (_, place) => groups[Math.floor(place / group)]! * group + place % group,
    );
  }

  /** As peers encode a panel before the clock starts, all of it is predicted once. */
  async #openWarm(what: Measure): Promise<Session> {
    const session = await this.#open(what, this.#workload.spec);
    if (what !== "predict" || !("panel" in this.#workload)) return session;
    const rows = Uint32Array.from({ length: this.#source.samples }, (_, row) => row);
    await session.predict(this.#source, [rows]);
    return session;
  }

  #open(what: Measure, spec: Workload["spec"], size?: number): Promise<Session> {
    const { weights, learningRate, weightDecay, batchSize } = this.#workload;
    // An engine of a version without paths ignores the option.
    const options: SessionOptions & { readonly path: string } = {
      members: [{ weights, seed: 0, learningRate, weightDecay }],
      batchSize: size ?? (what === "train" ? batchSize : Math.min(batchSize, PREDICTED_BATCH)),
      threads: this.#threads,
      path: PATHS[what],
    };
    return this.#engine.createSession(spec, options);
  }
}
