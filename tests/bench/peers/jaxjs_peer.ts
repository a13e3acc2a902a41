/**
 * The jax-js peer: a whole training step, forward, gradient and Adam, as one jitted function. The first argument is
 * the backend: `wasm`, which takes all cores, or `webgpu`. Functions of jax-js use up their arguments unless these are
 * passed as `.ref`.
 */

import { defaultDevice, init, jit, lax, nn, numpy as np, random, valueAndGrad } from "@jax-js/jax";
import { ADAM, adamCorrections } from "../../../src/engine/adam.ts";
import { convPadding, weightShapes } from "../../../src/model/shapes.ts";
import type {
  ActivationLayer,
  Conv1dLayer,
  SequentialSpec as ModelSpec,
} from "../../../src/model/spec.ts";
import { type BatchModel, type MakeModel, serveBatches } from "./batch_peer.ts";

type Task = Parameters<MakeModel>[0];

function makeModel(task: Task): BatchModel {
  const { spec, weights: initialWeights } = task;
  const shapes = weightShapes(spec);
  let weights = initialWeights.map((values, i) => np.array(values).reshape([...shapes[i]!.shape]));
  let first = weights.map((weight) => np.zerosLike(weight.ref));
  let second = weights.map((weight) => np.zerosLike(weight.ref));
  const input = (signal: Float32Array<ArrayBuffer>) =>
    np.array(signal).reshape([-1, spec.bins, spec.marks]);
  const predict = jit((weights: np.Array[], signal: np.Array) => forward(spec, weights, signal));
  const step = jit(makeStep(task));
  let steps = 0;
  return {
    async train(signal, labels) {
      const corrections = adamCorrections(++steps);
      const scales = np.array([corrections.first, corrections.second]);
      const batch = [input(signal), np.array(labels), random.key(steps), scales] as const;
      const [loss, ...updated] = step(weights, first, second, ...batch);
      [weights, first, second] = updated;
      return (await loss.data())[0]!;
    },
    async predict(signal) {
      return await predict(weights.map((weight) => weight.ref), input(signal)).data();
    },
  };
}

/** One step of Adam as a pure function; returns the loss, the new weights and the new moments. */
function makeStep({ spec, learningRate }: Task) {
  const meanSquaredError = (
    weights: np.Array[],
    signal: np.Array,
    labels: np.Array,
    key: np.Array,
  ) => np.mean(np.square(forward(spec, weights, signal, key).sub(labels)));
  const lossAndGradients = valueAndGrad(meanSquaredError);
  return (
    weights: np.Array[],
    first: np.Array[],
    second: np.Array[],
    signal: np.Array,
    labels: np.Array,
    key: np.Array,
    scales: np.Array,
  ): [np.Array, np.Array[], np.Array[], np.Array[]] => {
    const refs = weights.map((weight) => weight.ref);
    const [loss, gradients] = lossAndGradients(refs, signal, labels, key);
    const [scale1, scale2] = [scales.ref.slice(0), scales.slice(1)];
    const mix = (old: np.Array, added: np.Array, keep: number) =>
      old.mul(keep).add(added.mul(1 - keep));
    const newFirst = first.map((m, i) => mix(m, gradients[i]!.ref, ADAM.beta1));
    const newSecond = second.map((v, i) => mix(v, np.square(gradients[i]!), ADAM.beta2));
    const updated = weights.map((weight, i) => {
      const root = np.sqrt(newSecond[i]!.ref.mul(scale2.ref)).add(ADAM.epsilon);
      return weight.sub(newFirst[i]!.ref.mul(scale1.ref).mul(learningRate).div(root));
    });
    [scale1, scale2].forEach((scale) => scale.dispose());
    return [loss, updated, newFirst, newSecond];
  };
}

/** The network on `[sample, bin, mark]`; dropout is on if there is a `key`. */
function forward(
  spec: ModelSpec,
  weights: np.Array[],
  signal: np.Array,
  key?: np.Array,
): np.Array {
  const queue = [...weights];
  let x = np.transpose(signal, [0, 2, 1]); // [sample, channel, position]
  for (const layer of spec.layers) {
    switch (layer.type) {
      case "conv1d":
        x = conv1d(layer, x, queue.splice(0, 2));
        break;
      case "activation":
        x = activate(layer, x);
        break;
      case "maxPool1d":
        x = lax.reduceWindow(x, np.max, [layer.size], [layer.size]);
        break;
      case "flatten": // channels fastest, as the weights of the next layer expect
        x = np.transpose(x, [0, 2, 1]).reshape([x.shape[0]!, -1]);
        break;
      case "dropout":
        if (key !== undefined) x = dropout(layer.rate, x, key.ref);
        break;
      case "dense": {
        const [kernel, bias] = queue.splice(0, 2);
        x = np.matmul(x, kernel!).add(bias!);
        break;
      }
      default:
        throw new RangeError(`Cannot build the jax-js peer: it has no ${layer.type}`);
    }
  }
  key?.dispose();
  return x.reshape([-1]);
}

function conv1d(layer: Conv1dLayer, x: np.Array, [kernel, bias]: np.Array[]): np.Array {
  const { left, right } = convPadding(layer);
  const filters = np.transpose(kernel!, [2, 1, 0]); // [filters, input, width]
  const options = { rhsDilation: [layer.dilation] };
  return lax.convGeneralDilated(x, filters, [1], [[left, right]], options)
    .add(bias!.reshape([1, layer.filters, 1]));
}

function activate(layer: ActivationLayer, x: np.Array): np.Array {
  switch (layer.kind) {
    case "relu":
      return nn.relu(x);
    case "gelu":
      return nn.gelu(x, { approximate: false });
    case "leakyRelu":
      return nn.leakyRelu(x, layer.alpha);
    case "sigmoid":
      return nn.sigmoid(x);
  }
}

function dropout(rate: number, x: np.Array, key: np.Array): np.Array {
  const kept = random.bernoulli(key, 1 - rate, x.shape).astype(np.float32);
  return x.mul(kept).mul(1 / (1 - rate));
}

const backend = Deno.args[0] === "webgpu" ? "webgpu" : "wasm";
await init(backend);
defaultDevice(backend);
// The library does not tell its version, but the path it was loaded from does.
const [version] = /\d+\.\d+\.\d+/.exec(import.meta.resolve("@jax-js/jax")) ??
  ["of unknown version"];
await serveBatches(`jax-js ${version} ${backend}`, makeModel);
