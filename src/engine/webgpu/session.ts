import { longestLength } from "../../base/arrays.ts";
import type { DivergedError } from "../../errors.ts";
import { layerChains, modelGraph } from "../../model/graph.ts";
import type { ModelSpec } from "../../model/spec.ts";
import { CallQueue } from "../call_queue.ts";
import { checkCount, checkRows, checkTraining } from "../check_request.ts";
import { checkState } from "../check_state.ts";
import { divergedError } from "../diverged_error.ts";
import { dropoutKeys } from "../dropout.ts";
import type {
  CallOptions,
  EpochRequest,
  InputGradients,
  Session,
  SessionOptions,
  SessionState,
} from "../engine.ts";
import type { SampleSource } from "../sample_source.ts";
import type { OpenedDevice } from "./device.ts";
import type { PassRunner, SessionRunners } from "./runners.ts";
import { GpuStates } from "./states.ts";
import type { ModelEpoch } from "./schedule.ts";

/** Options of {@linkcode WebgpuSession}. */
export interface WebgpuSessionOptions {
  readonly spec: ModelSpec;
  readonly options: SessionOptions;
  readonly opened: OpenedDevice;
  readonly runners: SessionRunners;
}

/** Models side by side on one GPU. The states it gives are those after the last finished epoch. */
export class WebgpuSession implements Session {
  readonly device: string;
  readonly members: number;
  readonly #spec: ModelSpec;
  readonly #options: SessionOptions;
  readonly #opened: OpenedDevice;
  readonly #runners: SessionRunners;
  readonly #states: GpuStates;
  /** Number of each dropout's layer. */
  readonly #dropouts: readonly number[];
  readonly #queue = new CallQueue();

  /** Writes the initial weights. */
  constructor({ spec, options, opened, runners }: WebgpuSessionOptions) {
    const { members } = options;
    this.device = opened.name;
    this.members = members.length;
    this.#spec = spec;
    this.#options = options;
    this.#opened = opened;
    this.#runners = runners;
    const { shared: memory, weights: layout } = runners;
    this.#states = new GpuStates({ spec, layout, members, memory });
    this.#dropouts = findDropouts(spec);
  }

  runEpoch(request: EpochRequest): Promise<(number | DivergedError)[]> {
    return this.#queue.run((signal) => this.#runEpoch(request, signal), request.signal);
  }

  predict(
    source: SampleSource,
    rows: readonly Uint32Array[],
    options: CallOptions = {},
  ): Promise<Float32Array<ArrayBuffer>[]> {
    return this.#queue.run(
      (signal) => this.#predict(source, rows, { ...options, signal }),
      options.signal,
    );
  }

  inputGradients(
    source: SampleSource,
    rows: readonly Uint32Array[],
    options: CallOptions = {},
  ): Promise<InputGradients[]> {
    return this.#queue.run(async (signal) => {
      checkRows(this.#spec, { source, rows, members: this.members });
      const runner = await this.#runners.inputGradients();
      const onProgress = sampleReport(rows, options);
      const pass = { rows, epochs: predictionEpochs(rows), onProgress, signal };
      return await runner.findInputGradients(pass, source);
    }, options.signal);
  }

  state(): Promise<SessionState[]> {
    return this.#queue.run(() => this.#states.copy());
  }

  restore(states: readonly SessionState[]): Promise<void> {
    return this.#queue.run(() => {
      checkCount(states, this.members);
      for (const state of states) checkState(this.#spec, state);
      this.#states.replace(states);
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#queue.close(async () => {
      await this.#runners.destroy();
      this.#opened.device.destroy();
    });
  }

  async #runEpoch(
    request: EpochRequest,
    signal: AbortSignal,
  ): Promise<(number | DivergedError)[]> {
    const { source, epoch, firstPosition = 0, start = 0, end, onProgress } = request;
    const { batchSize, members } = this.#options;
    checkTraining(this.#spec, request, { members: this.members, batchSize });
    const orders = request.orders.map((order) => order.subarray(start, end));
    if (orders.every(({ length }) => length === 0)) return orders.map(() => NaN);
    const training = await this.#runners.training(source);
    const keys = dropoutKeys(members.map(({ seed }) => seed), this.#dropouts, epoch);
    if (keys.length > 0) training.memory.write("keys", keys);
    const { steps } = this.#states;
    const epochs = members.map((update, i): ModelEpoch => {
      const samples = orders[i]!.length;
      return { samples, firstPosition: firstPosition + start, update, step: steps[i]! };
    });
    const before = request.orders.reduce((sum, { length }) => sum + Math.min(start, length), 0);
    const total = request.orders.reduce((sum, { length }) => sum + length, 0);
    const report = onProgress &&
      ((samples: number) =>
        onProgress({ done: before + samples, total, unit: "samples", meanLoss: undefined }));
    try {
      const pass = { rows: orders, epochs, onProgress: report, signal };
      const count = await training.run(pass, source);
      const losses = await this.#finishEpoch(training, { orders, steps: count });
      return losses.map((loss, i) =>
        orders[i]!.length === 0 || Number.isFinite(loss)
          ? loss
          : divergedError(`the loss is ${loss}`, { epoch })
      );
    } catch (error) {
      this.#states.rewind();
      throw error;
    }
  }

  async #predict(
    source: SampleSource,
    rows: readonly Uint32Array[],
    { signal, ...options }: CallOptions,
  ): Promise<Float32Array<ArrayBuffer>[]> {
    checkRows(this.#spec, { source, rows, members: this.members });
    const longest = longestLength(rows);
    if (longest === 0) return rows.map(() => new Float32Array(0));
    const prediction = await this.#runners.prediction(source);
    const onProgress = sampleReport(rows, options);
    await prediction.run({ rows, epochs: predictionEpochs(rows), onProgress, signal }, source);
    const models = rows.length;
    const wanted = [{ name: "predictions", values: longest * models }];
    const [predicted] = await this.#opened.guard(prediction.memory.read(wanted));
    return rows.map(({ length }, model) =>
      Float32Array.from({ length }, (_, i) => predicted![i * models + model]!)
    );
  }

  /** Reads the losses and the states that an epoch ended with; a model that diverged keeps its state. */
  async #finishEpoch(
    training: PassRunner,
    { orders, steps }: { readonly orders: readonly Uint32Array[]; readonly steps: number },
  ): Promise<number[]> {
    const { batchSize } = this.#options;
    const models = orders.length;
    const [losses, ...arrays] = await this.#opened.guard(training.memory.read([
      { name: "losses", values: steps * models },
      ...this.#states.wanted,
    ]));
    const stepsOf = (order: Uint32Array) => Math.ceil(order.length / batchSize);
    const means = orders.map((order, model) => {
      let sum = 0;
      // After a model's last step there are losses of earlier epochs.
      const end = stepsOf(order) * models;
      for (let i = model; i < end; i += models) sum += losses![i]!;
      return sum / order.length;
    });
    const taken = orders.map((order, i) => {
      return order.length === 0 || Number.isFinite(means[i]) ? stepsOf(order) : undefined;
    });
    this.#states.adopt(arrays, taken);
    return means;
  }
}

function findDropouts(spec: ModelSpec): number[] {
  const layers = layerChains(modelGraph(spec)).flatMap((chain) => chain.layers);
  return layers.flatMap(({ type }, layer) => type === "dropout" ? [layer] : []);
}

/** How a pass over rows says how many of their samples are done. */
function sampleReport(
  rows: readonly Uint32Array[],
  { onProgress }: CallOptions,
): ((samples: number) => void) | undefined {
  if (onProgress === undefined) return undefined;
  const total = rows.reduce((sum, { length }) => sum + length, 0);
  return (done) => onProgress({ done, total, unit: "samples" });
}

/** The models' parts in a pass that does not train. */
function predictionEpochs(rows: readonly Uint32Array[]): ModelEpoch[] {
  return rows.map(({ length: samples }) => {
    return { samples, firstPosition: 0, update: { learningRate: 0 }, step: 0 };
  });
}
