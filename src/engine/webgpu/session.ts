import { freeArray } from "../../base/free.ts";
import { type DivergedError, UnsupportedModelError } from "../../errors.ts";
import { sizeOf, type WeightShape, weightShapes } from "../../model/shapes.ts";
import type { SequentialSpec as ModelSpec } from "../../model/spec.ts";
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
import { freeState } from "../free_state.ts";
import type { SampleSource } from "../sample_source.ts";
import { GpuColumns } from "./columns.ts";
import type { OpenedDevice } from "./device.ts";
import type { GpuMemory } from "./memory.ts";
import type { Plan } from "./plan_types.ts";
import type { Runner } from "./runner.ts";

/** Data sets that stay on the GPU. */
const DATA_SETS = 2;

/** What a session is made of. */
export interface WebgpuSessionParts {
  readonly spec: ModelSpec;
  readonly options: SessionOptions;
  readonly opened: OpenedDevice;
  /** Holds the weights, the moments and the data. */
  readonly shared: GpuMemory;
  readonly plan: Plan;
  readonly training: Runner;
  /** Made when something is predicted for the first time. */
  readonly startPrediction: () => Promise<Runner>;
}

/** Models side by side on one GPU. The states it gives are those after the last finished epoch. */
export class WebgpuSession implements Session {
  readonly device: string;
  readonly members: number;
  readonly #parts: WebgpuSessionParts;
  readonly #shapes: readonly WeightShape[];
  /** Data on the GPU, the last used last: training and validation take turns. */
  #columns: GpuColumns[] = [];
  #uploads = 0;
  #prediction: Promise<Runner> | undefined;
  #states: readonly SessionState[];
  readonly #queue = new CallQueue();

  /** Writes the initial weights. */
  constructor(parts: WebgpuSessionParts) {
    this.device = parts.opened.name;
    this.members = parts.options.members.length;
    this.#parts = parts;
    this.#shapes = weightShapes(parts.spec);
    const zeros = this.#shapes.filter(({ trainable }) => trainable)
      .map(({ shape }) => new Float32Array(sizeOf(shape)));
    this.#states = parts.options.members.map(({ weights }) => {
      return copyState({ step: 0, weights, firstMoments: zeros, secondMoments: zeros });
    });
    this.#writeStates();
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

  inputGradients(): Promise<InputGradients[]> {
    return this.#queue.run(() => {
      throw new UnsupportedModelError("Cannot compute input gradients: engine webgpu has none yet");
    });
  }

  async #runEpoch(
    request: EpochRequest,
    signal: AbortSignal,
  ): Promise<(number | DivergedError)[]> {
    const { source, epoch, start = 0, end, onProgress } = request;
    const { spec, training, options } = this.#parts;
    const { members } = this;
    checkTraining(spec, request, { members, batchSize: options.batchSize });
    const orders = request.orders.map((order) => order.subarray(start, end));
    if (orders.every(({ length }) => length === 0)) return orders.map(() => NaN);
    const columns = this.#use(source);
    this.#writeKeys(epoch);
    const epochs = orders.map(({ length: samples }, i) => {
      const { learningRate } = options.members[i];
      return { samples, firstPosition: start, learningRate, step: this.#states[i].step };
    });
    try {
      const before = request.orders.reduce((sum, { length }) => sum + Math.min(start, length), 0);
      const report = onProgress &&
        ((samples: number) => onProgress(before + samples, undefined));
      const pass = { rows: orders, epochs, onProgress: report, signal };
      const steps = await training.run(pass, columns);
      const losses = await this.#finishEpoch(orders, steps);
      return losses.map((loss, i) =>
        orders[i].length === 0 || Number.isFinite(loss)
          ? loss
          : divergedError(`the loss is ${loss}`, { epoch })
      );
    } catch (error) {
      // The GPU is somewhere inside the epoch; back to where the last one ended.
      this.#writeStates();
      throw error;
    }
  }

  async #predict(
    source: SampleSource,
    rows: readonly Uint32Array[],
    { onProgress, signal }: CallOptions,
  ): Promise<Float32Array<ArrayBuffer>[]> {
    checkRows(this.#parts.spec, { source, rows, members: this.members });
    const longest = rows.reduce((most, { length }) => Math.max(most, length), 0);
    if (longest === 0) return rows.map(() => new Float32Array(0));
    const columns = this.#use(source);
    this.#prediction ??= this.#parts.startPrediction();
    const prediction = await this.#prediction;
    const epochs = rows.map(({ length: samples }) => {
      return { samples, firstPosition: 0, learningRate: 0, step: 0 };
    });
    await prediction.run({ rows, epochs, onProgress, signal }, columns);
    const models = rows.length;
    const wanted = [{ name: "predictions", values: longest * models }];
    const [predicted] = await this.#parts.opened.guard(prediction.memory.read(wanted));
    return rows.map(({ length }, model) =>
      Float32Array.from({ length }, (_, i) => predicted[i * models + model])
    );
  }

  state(): Promise<SessionState[]> {
    return this.#queue.run(() => this.#states.map(copyState));
  }

  restore(states: readonly SessionState[]): Promise<void> {
    return this.#queue.run(() => {
      checkCount(states, this.members);
      for (const state of states) checkState(this.#parts.spec, state);
      this.#states = states.map(copyState);
      this.#writeStates();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#queue.close(async () => {
      const { opened, training, shared } = this.#parts;
      const prediction = await this.#prediction?.catch(() => undefined);
      for (const memory of [prediction?.memory, training.memory, shared]) memory?.destroy();
      opened.device.destroy();
    });
  }

  #use(source: SampleSource): GpuColumns {
    const { shared } = this.#parts;
    const known = this.#columns.find((columns) => columns.source === source);
    const others = this.#columns.filter((columns) => columns !== known);
    while (known === undefined && others.length >= DATA_SETS) others.shift()!.free();
    const columns = known ?? new GpuColumns(source, shared, `data ${++this.#uploads}`);
    this.#columns = [...others, columns];
    return columns;
  }

  #writeKeys(epoch: number): void {
    const { plan, options, training } = this.#parts;
    const keys = dropoutKeys(options.members.map(({ seed }) => seed), plan.dropouts, epoch);
    if (keys.length > 0) training.memory.write("keys", keys);
  }

  /** Reads the losses and the states that an epoch ended with; a model that diverged keeps its state. */
  async #finishEpoch(orders: readonly Uint32Array[], steps: number): Promise<number[]> {
    const { opened, plan, training, options } = this.#parts;
    const models = orders.length;
    const values = plan.weights.size * models;
    const [losses, ...arrays] = await opened.guard(training.memory.read([
      { name: "losses", values: steps * models },
      ...["weights", "first", "second"].map((name) => ({ name, values })),
    ]));
    const means = orders.map(({ length }, model) => {
      let sum = 0;
      // Behind a model's last step stand losses of earlier epochs.
      const end = Math.ceil(length / options.batchSize) * models;
      for (let i = model; i < end; i += models) sum += losses[i];
      return sum / length;
    });
    this.#states = this.#states.map((before, model) => {
      if (!Number.isFinite(means[model])) return before;
      const step = before.step + Math.ceil(orders[model].length / options.batchSize);
      const [weights, first, second] = arrays.map((all) => this.#split(all, model));
      const trained = (values: Float32Array<ArrayBuffer>[]) =>
        values.filter((_, i) => this.#shapes[i].trainable);
      freeState(before);
      return { step, weights, firstMoments: trained(first), secondMoments: trained(second) };
    });
    arrays.forEach(freeArray);
    const diverged = orders.some(({ length }, i) => length > 0 && !Number.isFinite(means[i]));
    if (diverged) this.#writeStates();
    return means;
  }

  #split(all: Float32Array<ArrayBuffer>, model: number): Float32Array<ArrayBuffer>[] {
    const { places, size } = this.#parts.plan.weights;
    return places.map((indices) => {
      const values = new Float32Array(indices.length);
      for (let i = 0; i < values.length; i++) values[i] = all[model * size + indices[i]];
      return values;
    });
  }

  #writeStates(): void {
    const { plan, shared } = this.#parts;
    const { places, size } = plan.weights;
    const write = (name: string, arraysOf: (state: SessionState) => readonly Float32Array[]) => {
      const all = new Float32Array(size * this.#states.length);
      this.#states.forEach((state, model) => {
        arraysOf(state).forEach((values, i) => {
          values.forEach((value, k) => all[model * size + places[i][k]] = value);
        });
      });
      shared.write(name, all);
    };
    const moments = (trained: readonly Float32Array[]) => {
      const queue = [...trained];
      return this.#shapes.map(({ trainable }) => trainable ? queue.shift()! : new Float32Array(0));
    };
    write("weights", ({ weights }) => weights);
    write("first", ({ firstMoments }) => moments(firstMoments));
    write("second", ({ secondMoments }) => moments(secondMoments));
  }
}

function copyState(state: SessionState): SessionState {
  const copy = (arrays: readonly Float32Array[]) =>
    arrays.map((values) => new Float32Array(values));
  const { step, weights, firstMoments, secondMoments } = state;
  return {
    step,
    weights: copy(weights),
    firstMoments: copy(firstMoments),
    secondMoments: copy(secondMoments),
  };
}
