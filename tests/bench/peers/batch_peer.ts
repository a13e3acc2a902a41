/** Contestants made of a library that trains and predicts batch by batch. */

import { gatherLearned } from "../../../src/engine/gather_learned.ts";
import { SampleBatch } from "../../../src/engine/sample_source.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../../../src/random.ts";
import {
  type CheckSize,
  type Contestant,
  type Measure,
  measureCalls,
  measureRate,
  type Outputs,
  type Rates,
} from "../contestant.ts";
import { sourceOf } from "../../helpers/one_model.ts";
import { readWorkload, type SignalWorkload, withoutDropout } from "../workload.ts";
import { serve } from "./serve.ts";

/** A model in training, batch by batch. */
export interface BatchModel {
  /** One step of Adam; returns the loss before it. `signal` is `[sample, bin, mark]`. */
  train(signal: Float32Array<ArrayBuffer>, labels: Float32Array<ArrayBuffer>): Promise<number>;
  /** One number a sample. */
  predict(signal: Float32Array<ArrayBuffer>): Promise<ArrayLike<number>>;
}

/** What a library must be able to make. */
export type MakeModel = (task: Omit<SignalWorkload, "data">) => BatchModel;

/** Answers commands until the input ends. */
export async function serveBatches(label: string, makeModel: MakeModel): Promise<void> {
  await serve(async (folder) => {
    const workload = await readWorkload(folder);
    if (!("data" in workload)) throw new RangeError(`${label} reads a signal alone`);
    return new BatchPeer(label, workload, makeModel);
  });
}

class BatchPeer implements Contestant {
  readonly label: string;
  readonly #workload: SignalWorkload;
  readonly #makeModel: MakeModel;
  readonly #model: BatchModel;
  readonly #random = new RandomStream(deriveKey(0, "bench"));

  constructor(label: string, workload: SignalWorkload, makeModel: MakeModel) {
    this.label = label;
    this.#workload = workload;
    this.#makeModel = makeModel;
    this.#model = makeModel(workload);
  }

  async check({ steps, batchSize }: CheckSize): Promise<Outputs> {
    const { data, spec } = this.#workload;
    const model = this.#makeModel({ ...this.#workload, spec: withoutDropout(spec) });
    const batches = Array.from(
      { length: steps },
      (_, step) => Uint32Array.from({ length: batchSize }, (_, i) => step * batchSize + i),
    );
    const predictions: number[] = [];
    for (const rows of batches) {
      predictions.push(...Array.from(await model.predict(await gatherSignal(data, rows))));
    }
    const losses: number[] = [];
    for (const rows of batches) {
      losses.push(await model.train(await gatherSignal(data, rows), labelsOf(data, rows)));
    }
    return { predictions, losses };
  }

  measure(what: Measure, seconds: number): Promise<Rates> {
    const { data, batchSize } = this.#workload;
    const size = batchSize;
    if (what === "explain") throw new RangeError(`${this.label} explains nothing`);
    if (what === "one") {
      return measureCalls(
        seconds,
        async () => await this.#model.predict(await gatherSignal(data, Uint32Array.of(0))),
      );
    }
    const order = shuffledIndices(data.labels.length, this.#random);
    let start = 0;
    return measureRate(seconds, async () => {
      const rows = order.subarray(start, start + size);
      const signal = await gatherSignal(data, rows);
      if (what === "train") await this.#model.train(signal, labelsOf(data, rows));
      else await this.#model.predict(signal);
      start = (start + size) % (order.length - size);
      return rows.length;
    });
  }
}

async function gatherSignal(
  data: SignalWorkload["data"],
  rows: Uint32Array,
): Promise<Float32Array<ArrayBuffer>> {
  const source = sourceOf(data);
  const batch = new SampleBatch(source.inputs, rows.length);
  await source.gather(rows, batch);
  return batch.input("signal").values as Float32Array<ArrayBuffer>;
}

function labelsOf(data: SignalWorkload["data"], rows: Uint32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(gatherLearned(sourceOf(data), rows).labels);
}
