import {
  dispose,
  div,
  grads,
  type Scalar,
  sum,
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
import { collectGarbage } from "../../base/free.ts";
import { modelInputs } from "../../model/inputs.ts";
import { sizeOf, weightShapes } from "../../model/shapes.ts";
import type { ModelSpec } from "../../model/spec.ts";
import { sampleLosses } from "../../model/tfjs/losses.ts";
import { weightsInTfjs } from "../../model/tfjs_weights.ts";
import { isDecayed } from "../adam.ts";
import { divergedError } from "../diverged_error.ts";
import type { StepPosition } from "../dropout.ts";
import type { InputGradients, MemberOptions, SessionState } from "../engine.ts";
import { gatherBatch } from "../gather_batch.ts";
import { gatherLearned, type LearnedRows } from "../gather_learned.ts";
import type { Member, MemberCall, MemberEpoch } from "../member_session.ts";
import { SampleBatch, type SampleSource } from "../sample_source.ts";
import type { Guard } from "../watch_device.ts";
import { TfjsAdam, type TfjsParameter } from "./adam.ts";
import { fedShape, feedTensors } from "./inputs.ts";
import { Network } from "./network.ts";
import { type StartedBackend, type TfjsBackend, useBackend } from "./backend.ts";

/** Samples that one call of predict sends through the network together. */
const PREDICT_BATCH = 250;

/** Options of {@linkcode TfjsMember}. */
export interface TfjsMemberOptions {
  readonly spec: ModelSpec;
  readonly options: MemberOptions & { readonly batchSize: number };
  readonly backend: TfjsBackend;
  readonly started: StartedBackend;
}

/** A model on one tf.js backend. */
export class TfjsMember implements Member {
  readonly device: string;
  readonly #spec: ModelSpec;
  readonly #options: TfjsMemberOptions["options"];
  readonly #backend: TfjsBackend;
  readonly #guard: Guard;
  readonly #model: LayersModel;
  readonly #network: Network;
  readonly #parameters: readonly TfjsParameter[];
  readonly #adam: TfjsAdam;
  readonly #batch: SampleBatch;

  /** Builds the model on the current backend, which must be `backend`. */
  constructor({ spec, options, backend, started }: TfjsMemberOptions) {
    this.device = started.device;
    this.#spec = spec;
    this.#options = options;
    this.#backend = backend;
    this.#guard = started.guard;
    this.#model = assembleModel(spec, copyAll(options.weights));
    this.#network = new Network(this.#model, spec);
    this.#parameters = trainedParameters(this.#model, spec, options.frozen ?? []);
    this.#adam = new TfjsAdam(this.#parameters, options);
    this.#batch = new SampleBatch(
      modelInputs(spec),
      Math.max(options.batchSize, PREDICT_BATCH),
    );
  }

  runEpoch(epoch: MemberEpoch): Promise<number> {
    return this.#guard(this.#runEpoch(epoch));
  }

  async #runEpoch(
    { source, order, epoch, firstPosition, start: first, end, onProgress, signal }: MemberEpoch,
  ): Promise<number> {
    const { batchSize, seed } = this.#options;
    let lossSum = 0;
    for (let start = first; start < end; start += batchSize) {
      const rows = order.subarray(start, Math.min(end, start + batchSize));
      await this.#turn(source, rows, signal);
      const learned = gatherLearned(source, rows);
      const position = firstPosition + start;
      const loss = await this.#step(learned, { seed, epoch, firstPosition: position });
      if (!Number.isFinite(loss)) {
        throw divergedError(`the loss is ${loss}`, { epoch, step: position / batchSize + 1 });
      }
      lossSum += loss * rows.length;
      onProgress(start + rows.length, lossSum / (start - first + rows.length));
    }
    // V8 decides by the size of its own heap, which does not include the arrays of tf.js' tensors: left alone, memory
    // grows by half before it collects them.
    collectGarbage();
    return lossSum / (end - first);
  }

  predict(
    source: SampleSource,
    rows: Uint32Array,
    call: MemberCall,
  ): Promise<Float32Array<ArrayBuffer>> {
    return this.#guard(this.#predict(source, rows, call));
  }

  async #predict(
    source: SampleSource,
    rows: Uint32Array,
    { signal, onProgress }: MemberCall,
  ): Promise<Float32Array<ArrayBuffer>> {
    const predicted = new Float32Array(rows.length);
    for (let start = 0; start < rows.length; start += PREDICT_BATCH) {
      const part = rows.subarray(start, start + PREDICT_BATCH);
      await this.#turn(source, part, signal);
      const output = tidy(() => this.#network.run(feedTensors(this.#batch), undefined));
      predicted.set(await output.data(), start);
      output.dispose();
      onProgress(start + part.length);
    }
    return predicted;
  }

  inputGradients(
    source: SampleSource,
    rows: Uint32Array,
    call: MemberCall,
  ): Promise<InputGradients> {
    return this.#guard(this.#inputGradients(source, rows, call));
  }

  async #inputGradients(
    source: SampleSource,
    rows: Uint32Array,
    { signal, onProgress }: MemberCall,
  ): Promise<InputGradients> {
    const inputs = this.#batch.inputs.map(({ spec }) => spec);
    const sizes = inputs.map((input) => sizeOf(fedShape(input)));
    const found = sizes.map((size) => new Float32Array(rows.length * size));
    for (let start = 0; start < rows.length; start += PREDICT_BATCH) {
      const part = rows.subarray(start, start + PREDICT_BATCH);
      await this.#turn(source, part, signal);
      const gradients = tidy(() => this.#outputGradients());
      for (const [i, gradient] of gradients.entries()) {
        found[i]!.set(await gradient.data(), start * sizes[i]!);
      }
      dispose(gradients);
      onProgress(start + part.length);
    }
    return Object.fromEntries(inputs.map(({ name }, i) => [name, found[i]!]));
  }

  /**
   * Finds the gradients of the summed output, and so of each sample's own, with respect to the batch's inputs in their
   * order.
   */
  #outputGradients(): Tensor[] {
    const fed = feedTensors(this.#batch);
    const names = this.#batch.inputs.map(({ spec }) => spec.name);
    const output = (...values: Tensor[]) => {
      const own = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
      return sum(this.#network.run({ ...fed, ...own }, undefined));
    };
    return grads(output)(names.map((name) => fed[name]!));
  }

  async state(): Promise<SessionState> {
    await useBackend(this.#backend);
    const { first, second } = this.#adam.moments;
    return {
      step: this.#adam.step,
      weights: await this.#guard(download(modelWeightTensors(this.#model, this.#spec))),
      firstMoments: await this.#guard(download(first)),
      secondMoments: await this.#guard(download(second)),
    };
  }

  async restore({ step, weights, firstMoments, secondMoments }: SessionState): Promise<void> {
    await useBackend(this.#backend);
    // tf.js keeps arrays instead of copying them.
    setModelWeights(this.#model, this.#spec, copyAll(weights));
    this.#adam.restore(step, copyAll(firstMoments), copyAll(secondMoments));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#adam.dispose();
    this.#model.dispose();
    return Promise.resolve();
  }

  /** Lets timers, signals and other sessions have a turn, gathers samples, then makes the backend current again. */
  async #turn(source: SampleSource, rows: Uint32Array, signal: AbortSignal): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    await gatherBatch(source, rows, this.#batch, { signal });
    await useBackend(this.#backend);
  }

  async #step({ labels, weights }: LearnedRows, position: StepPosition): Promise<number> {
    const loss = tidy(() => {
      const fed = feedTensors(this.#batch);
      const wanted = columnOf(labels);
      const weighed = weights && columnOf(weights);
      const loss = () => this.#loss(this.#network.run(fed, position), wanted, weighed);
      const parameters = this.#parameters.filter(({ frozen }) => !frozen);
      // tf.js refuses to compute gradients with respect to nothing.
      if (parameters.length === 0) {
        this.#adam.step++;
        return loss();
      }
      const { value, grads } = variableGrads(loss, parameters.map(({ values }) => values));
      this.#adam.apply(grads);
      return value;
    });
    const [value] = await loss.data();
    loss.dispose();
    return value!;
  }

  #loss(output: Tensor, labels: Tensor, weights: Tensor | undefined): Scalar {
    const ofSamples = sampleLosses(this.#spec.loss, { labels, output, weights });
    return div(sum(ofSamples), ofSamples.size);
  }
}

/** Values of samples, `[sample, 1]`, as float32. */
function columnOf(values: Float64Array): Tensor {
  return tensor(Float32Array.from(values), [values.length, 1]);
}

/** A model's trainable weights, in the order of `weightShapes(spec)`; `frozen` are indices in all of these. */
function trainedParameters(
  model: LayersModel,
  spec: ModelSpec,
  frozen: readonly number[],
): TfjsParameter[] {
  const names = new Set(weightsInTfjs(spec).map(({ layer }) => layer));
  const variables = Array.from(names, (name) => model.getLayer(name).trainableWeights).flat()
    .map((weight) => weight.read() as Variable);
  const trained = [...weightShapes(spec).entries()].filter(([, { trainable }]) => trainable);
  return trained.map(([index, { name }], i) => {
    return { values: variables[i]!, decays: isDecayed(name), frozen: frozen.includes(index) };
  });
}

function copyAll(arrays: readonly Float32Array[]): Float32Array<ArrayBuffer>[] {
  return arrays.map((values) => new Float32Array(values));
}

async function download(tensors: readonly Tensor[]): Promise<Float32Array<ArrayBuffer>[]> {
  const arrays = await Promise.all(tensors.map((values) => values.data()));
  return copyAll(arrays as Float32Array[]);
}
