/** The other end of `peer_process.ts`, for peers written in TypeScript. */

import { gatherLearned } from "../../src/engine/gather_learned.ts";
import { SampleBatch } from "../../src/engine/sample_source.ts";
import { deriveKey, RandomStream, shuffledIndices } from "../../src/random.ts";
import {
  type CheckSize,
  type Contestant,
  type Effort,
  measureRate,
  type Outputs,
} from "./contestant.ts";
import { sourceOf } from "../helpers/one_model.ts";
import { readLines } from "./peer_process.ts";
import { readWorkload, type Task, withoutDropout, type Workload } from "./workload.ts";

/** A model in training, batch by batch. */
export interface BatchModel {
  /** One step of Adam; returns the loss before it. `signal` is `[sample, bin, mark]`. */
  train(signal: Float32Array<ArrayBuffer>, labels: Float32Array<ArrayBuffer>): Promise<number>;
  /** One number a sample. */
  predict(signal: Float32Array<ArrayBuffer>): Promise<ArrayLike<number>>;
}

/** What a peer must be able to make. */
export type MakeModel = (task: Task, weights: Workload["weights"]) => BatchModel;

/** Answers commands on the workload in the folder that the last argument names, until the input ends. */
export async function servePeer(name: string, makeModel: MakeModel): Promise<void> {
  const peer = new Peer(await readWorkload(Deno.args.at(-1)!), makeModel);
  for await (const line of readLines(Deno.stdin.readable)) {
    const { command, ...request } = JSON.parse(line);
    const answer = command === "describe" ? name : await peer[command as keyof Contestant](request);
    console.log(JSON.stringify(answer));
  }
  // A library's workers would keep the process alive.
  Deno.exit(0);
}

class Peer implements Contestant {
  readonly #workload: Workload;
  readonly #makeModel: MakeModel;
  readonly #model: BatchModel;
  readonly #random = new RandomStream(deriveKey(0, "bench"));

  constructor(workload: Workload, makeModel: MakeModel) {
    this.#workload = workload;
    this.#makeModel = makeModel;
    this.#model = makeModel(workload, workload.weights);
  }

  async check({ steps, batchSize }: CheckSize): Promise<Outputs> {
    const { data, weights, spec, ...rest } = this.#workload;
    const model = this.#makeModel({ ...rest, spec: withoutDropout(spec) }, weights);
    const batches = Array.from(
      { length: steps },
      (_, step) => Uint32Array.from({ length: batchSize }, (_, i) => step * batchSize + i),
    );
    const predictions = [];
    for (const rows of batches) predictions.push(...await predictRows(model, rows, data));
    const losses = [];
    for (const rows of batches) {
      losses.push(
        await model.train(await gatherSignal(data, rows), labelsOf(data, rows)),
      );
    }
    return { predictions, losses };
  }

  train({ seconds }: Effort): Promise<number> {
    const { data } = this.#workload;
    return this.#eachBatch(seconds, async (rows) => {
      await this.#model.train(await gatherSignal(data, rows), labelsOf(data, rows));
    });
  }

  predict({ seconds }: Effort): Promise<number> {
    const { data } = this.#workload;
    return this.#eachBatch(seconds, async (rows) => {
      await this.#model.predict(await gatherSignal(data, rows));
    });
  }

  #eachBatch(seconds: number, run: (rows: Uint32Array) => Promise<void>): Promise<number> {
    const { data, batchSize } = this.#workload;
    const order = shuffledIndices(data.labels.length, this.#random);
    let start = 0;
    return measureRate(seconds, async () => {
      const rows = order.subarray(start, start + batchSize);
      await run(rows);
      start = (start + batchSize) % order.length;
      return rows.length;
    });
  }
}

async function predictRows(
  model: BatchModel,
  rows: Uint32Array,
  data: Workload["data"],
): Promise<number[]> {
  return Array.from(await model.predict(await gatherSignal(data, rows)));
}

async function gatherSignal(
  data: Workload["data"],
  rows: Uint32Array,
): Promise<Float32Array<ArrayBuffer>> {
  const source = sourceOf(data);
  const batch = new SampleBatch(source.inputs, rows.length);
  await source.gather(rows, batch);
  return batch.input("signal").values as Float32Array<ArrayBuffer>;
}

function labelsOf(data: Workload["data"], rows: Uint32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(gatherLearned(sourceOf(data), rows).labels);
}
