import {
  losses,
  mul,
  reshape,
  type Scalar,
  type Tensor,
  tensor,
  tidy,
  type Variable,
  variableGrads,
} from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import {
  assembleModel,
  modelWeightTensors,
  setModelWeights,
} from "../../model/tfjs/build_model.ts";
import type { SequentialSpec as ModelSpec } from "../../model/spec.ts";
import { checkRows, checkTraining } from "../check_request.ts";
import { checkState } from "../check_state.ts";
import { divergedError } from "../diverged_error.ts";
import { dropoutKey, fillDropoutMask } from "../dropout.ts";
import { pieceOf } from "../epoch_piece.ts";
import type { EngineData, EpochRequest, Session, SessionOptions, SessionState } from "../engine.ts";
import { gatherLabels, gatherSignal } from "../gather.ts";
import type { Guard } from "../watch_device.ts";
import { TfjsAdam } from "./adam.ts";
import { type StartedBackend, type TfjsBackend, useBackend } from "./backend.ts";

/** Samples that one call of predict sends through the network together. */
const PREDICT_BATCH = 250;

/** Where in a run a training step stands: what its dropout masks depend on. */
interface StepPosition {
  readonly epoch: number;
  readonly firstPosition: number;
}

/** A session on one tf.js backend. */
export class TfjsSession implements Session {
  readonly device: string;
  readonly #spec: ModelSpec;
  readonly #options: SessionOptions;
  readonly #backend: TfjsBackend;
  readonly #guard: Guard;
  readonly #model: LayersModel;
  readonly #adam: TfjsAdam;

  /** Builds the model on the current backend, which must be `backend`. */
  constructor(
    spec: ModelSpec,
    options: SessionOptions,
    backend: TfjsBackend,
    { device, guard }: StartedBackend,
  ) {
    this.#spec = spec;
    this.#options = options;
    this.#backend = backend;
    this.device = device;
    this.#guard = guard;
    this.#model = assembleModel(spec, copyAll(options.weights));
    this.#adam = new TfjsAdam(this.#parameters(), options.learningRate);
  }

  async runEpoch(request: EpochRequest): Promise<number> {
    checkTraining(this.#spec, request, this.#options.batchSize);
    return await this.#guard(this.#runEpoch(request));
  }

  async #runEpoch(request: EpochRequest): Promise<number> {
    const { data, order, epoch, onProgress, signal } = request;
    const { batchSize } = this.#options;
    const { start: first, end } = pieceOf(request);
    let lossSum = 0;
    for (let start = first; start < end; start += batchSize) {
      await this.#turn(signal);
      const rows = order.subarray(start, Math.min(end, start + batchSize));
      const loss = await this.#step(data, rows, { epoch, firstPosition: start });
      if (!Number.isFinite(loss)) {
        throw divergedError(`the loss is ${loss}`, { epoch, step: start / batchSize + 1 });
      }
      lossSum += loss * rows.length;
      onProgress?.(start + rows.length, lossSum / (start - first + rows.length));
    }
    collectGarbage();
    return lossSum / (end - first);
  }

  async predict(
    data: EngineData,
    rows: Uint32Array,
    options: Parameters<Session["predict"]>[2] = {},
  ): Promise<Float32Array<ArrayBuffer>> {
    checkRows(this.#spec, data, rows);
    return await this.#guard(this.#predict(data, rows, options));
  }

  async #predict(
    data: EngineData,
    rows: Uint32Array,
    options: NonNullable<Parameters<Session["predict"]>[2]>,
  ): Promise<Float32Array<ArrayBuffer>> {
    const predicted = new Float32Array(rows.length);
    for (let start = 0; start < rows.length; start += PREDICT_BATCH) {
      await this.#turn(options.signal);
      const part = rows.subarray(start, start + PREDICT_BATCH);
      const output = tidy(() => this.#forward(this.#input(data, part), undefined));
      predicted.set(await output.data(), start);
      output.dispose();
      options.onProgress?.(start + part.length);
    }
    return predicted;
  }

  async weights(): Promise<Float32Array<ArrayBuffer>[]> {
    await useBackend(this.#backend);
    return await this.#guard(download(modelWeightTensors(this.#model, this.#spec)));
  }

  async state(): Promise<SessionState> {
    const { first, second } = this.#adam.moments;
    return {
      step: this.#adam.step,
      weights: await this.weights(),
      firstMoments: await this.#guard(download(first)),
      secondMoments: await this.#guard(download(second)),
    };
  }

  async restore(state: SessionState): Promise<void> {
    checkState(this.#spec, state);
    await useBackend(this.#backend);
    setModelWeights(this.#model, this.#spec, copyAll(state.weights));
    this.#adam.restore(state.step, state.firstMoments, state.secondMoments);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#adam.dispose();
    this.#model.dispose();
    return Promise.resolve();
  }

  /** Lets timers, signals and other sessions have a turn, then takes tf.js back. */
  async #turn(signal: AbortSignal | undefined): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    await useBackend(this.#backend);
  }

  async #step(data: EngineData, rows: Uint32Array, position: StepPosition): Promise<number> {
    const loss = tidy(() => {
      const input = this.#input(data, rows);
      const labels = tensor(gatherLabels(data, rows), [rows.length, 1]);
      const { value, grads } = variableGrads(
        () => this.#loss(this.#forward(input, position), labels),
        [...this.#parameters()],
      );
      this.#adam.apply(grads);
      return value;
    });
    const [value] = await loss.data();
    loss.dispose();
    return value;
  }

  #input(data: EngineData, rows: Uint32Array): Tensor {
    return tensor(gatherSignal(data, rows), [rows.length, data.bins, data.marks]);
  }

  /**
   * Sends samples through the layers, with our own dropout masks in training. Then a final sigmoid is left
   * to the loss, which is exact where the sigmoid has rounded to 0 or 1.
   */
  #forward(input: Tensor, training: StepPosition | undefined): Tensor {
    let values = input;
    this.#spec.layers.forEach((layer, index) => {
      if (layer.type === "dropout") {
        if (training !== undefined) values = mul(values, this.#dropout(values, index, training));
        return;
      }
      if (training !== undefined && layer.type === "activation" && layer.kind === "sigmoid") return;
      const options = { training: training !== undefined };
      values = this.#model.layers[index].apply(values, options) as Tensor;
    });
    return reshape(values, [-1, 1]);
  }

  #dropout(values: Tensor, index: number, { epoch, firstPosition }: StepPosition): Tensor {
    const layer = this.#spec.layers[index] as { rate: number };
    const factors = new Float32Array(values.size);
    fillDropoutMask(factors, {
      key: dropoutKey(this.#options.seed, index, epoch),
      rate: layer.rate,
      firstPosition,
      units: values.size / values.shape[0],
    });
    return tensor(factors, values.shape);
  }

  #loss(output: Tensor, labels: Tensor): Scalar {
    return this.#spec.loss === "meanSquaredError"
      ? losses.meanSquaredError(labels, output)
      : losses.sigmoidCrossEntropy(labels, output);
  }

  #parameters(): readonly Variable[] {
    return this.#model.trainableWeights.map((weight) => weight.read() as Variable);
  }
}

/**
 * Gives back what tf.js' tensors left, where V8's collector is exposed, as it is to this project's tasks. V8 goes by its own
 * heap, which these arrays hardly touch: left alone, memory grows by half before it collects them.
 */
function collectGarbage(): void {
  (globalThis as { gc?: () => void }).gc?.();
}

function copyAll(arrays: readonly Float32Array[]): Float32Array<ArrayBuffer>[] {
  return arrays.map((values) => new Float32Array(values));
}

async function download(tensors: readonly Tensor[]): Promise<Float32Array<ArrayBuffer>[]> {
  const arrays = await Promise.all(tensors.map((values) => values.data()));
  return copyAll(arrays as Float32Array[]);
}
