/** This package's engine as a contestant, through the engine contract alone. */

import type { Engine } from "../../src/engine/engine.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../../src/random.ts";
import {
  type CheckSize,
  type Contestant,
  type Effort,
  measureRate,
  type Outputs,
} from "./contestant.ts";
import { type OneModel, type OneModelOptions, openOne } from "../helpers/one_model.ts";
import { withoutDropout, type Workload } from "./workload.ts";

/** A call that takes less long than this, in seconds, gets more samples the next time. */
const SHORT_CALL = 0.25;

/** An engine with a workload. */
export class OurEngine implements Contestant, AsyncDisposable {
  readonly #engine: Engine;
  readonly #workload: Workload;
  readonly #random = new RandomStream(deriveKey(0, "bench"));
  readonly #sessions = new Map<number, OneModel>();
  #epoch = 0;
  #rows: { train: number; predict: number };

  /** Sessions are opened when they are needed, one for each number of threads. */
  constructor(engine: Engine, workload: Workload) {
    this.#engine = engine;
    this.#workload = workload;
    this.#rows = { train: workload.batchSize, predict: workload.batchSize };
  }

  async check({ steps, batchSize }: CheckSize): Promise<Outputs> {
    const { spec, data } = this.#workload;
    const options = { ...this.#options(), batchSize };
    await using session = await openOne(this.#engine, withoutDropout(spec), options);
    const rows = Uint32Array.from({ length: steps * batchSize }, (_, row) => row);
    const predictions = [...await session.predict(data, rows)];
    const losses = [];
    for (let epoch = 0; epoch < steps; epoch++) {
      const order = rows.subarray(epoch * batchSize, (epoch + 1) * batchSize);
      losses.push(await session.runEpoch({ data, order, epoch }));
    }
    return { predictions, losses };
  }

  async train({ seconds, threads }: Effort): Promise<number> {
    const { data } = this.#workload;
    const session = await this.#session(threads);
    return await this.#measure("train", seconds, async (order) => {
      await session.runEpoch({ data, order, epoch: this.#epoch++ });
    });
  }

  async predict({ seconds, threads }: Effort): Promise<number> {
    const { data } = this.#workload;
    const session = await this.#session(threads);
    return await this.#measure("predict", seconds, async (rows) => {
      await session.predict(data, rows);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions.values()) await session[Symbol.asyncDispose]();
    this.#sessions.clear();
  }

  /** Calls grow until they are long, since an engine may take a millisecond or a minute for a batch. */
  #measure(
    what: "train" | "predict",
    seconds: number,
    run: (rows: Uint32Array) => Promise<void>,
  ): Promise<number> {
    const samples = this.#workload.data.labels.length;
    return measureRate(seconds, async () => {
      const started = performance.now();
      const rows = shuffledIndices(samples, this.#random).subarray(0, this.#rows[what]);
      await run(rows);
      if (performance.now() - started < SHORT_CALL * 1000) {
        this.#rows[what] = Math.min(samples, 2 * this.#rows[what]);
      }
      return rows.length;
    });
  }

  #options(): OneModelOptions {
    const { weights, batchSize, learningRate } = this.#workload;
    return { weights, batchSize, learningRate, seed: 0 };
  }

  async #session(threads: number): Promise<OneModel> {
    const open = this.#sessions.get(threads);
    if (open !== undefined) return open;
    const options = { ...this.#options(), threads };
    const session = await openOne(this.#engine, this.#workload.spec, options);
    this.#sessions.set(threads, session);
    return session;
  }
}
