/**
 * Layers of Keras and the arrays of their weights, as one network.
 *
 * @module
 */

import { FormatError, UnsupportedModelError } from "../../errors.ts";
import { parseSpec } from "../../model/parse_spec.ts";
import { sizeOf, weightShapes } from "../../model/shapes.ts";
import type { Loss, ModelSpec } from "../../model/spec.ts";
import { type ForeignNetwork, noteTaken } from "../network.ts";
import type { Tensor } from "../tensor.ts";
import type { KerasModel } from "./config.ts";
import type { KerasLayer } from "./layer_config.ts";

/** Finds the array of a layer's weight; `undefined` if it is not there. */
export type FindWeight = (layer: KerasLayer, weight: number) => Tensor | undefined;

/** What {@linkcode assembleKeras} needs. */
export interface AssembleOptions {
  /** Finds weights. */
  readonly find: FindWeight;
  /** What made the file. */
  readonly origin: string;
  /** What training minimised, if the file says it. */
  readonly loss: Loss | undefined;
  /** The file, for messages. */
  readonly file: string;
}

/**
 * Makes a network of a model's layers and weights.
 *
 * @param model The layers.
 * @param options Where the weights are.
 * @returns The network.
 * @throws {FormatError} If the layers do not fit each other, or a weight is missing or of another shape.
 */
export function assembleKeras(model: KerasModel, options: AssembleOptions): ForeignNetwork {
  const { find, origin, file } = options;
  const { name, bins, marks, layers } = model;
  const fail = (found: string, cause?: unknown): never => {
    throw new FormatError(`Cannot read Keras model: ${found}`, { file, cause });
  };
  const owners = layers.flatMap((layer) => layer.layers.map((_, i) => i === 0 ? layer : undefined));
  const specs = layers.flatMap((layer) => layer.layers);
  const last = specs.at(-1);
  const isBinary = last?.type === "activation" && last.kind === "sigmoid";
  const loss = isBinary
    ? "binaryCrossentropy"
    : options.loss === "binaryCrossentropy" || options.loss === undefined
    ? "meanSquaredError"
    : options.loss;
  const spec = readSpec({ name, bins, marks, layers: specs, loss }, fail);
  const weights = weightShapes<ModelSpec>(spec).map(({ layer: number, name: weight, shape }) => {
    const owner = owners[number!]!;
    const place = owner.weights.indexOf(weight);
    // A layer without bias or scale has what changes nothing.
    if (place < 0) return new Float32Array(sizeOf(shape)).fill(weight === "gamma" ? 1 : 0);
    const tensor = find(owner, place);
    const title = `${weight} of layer "${owner.name}" (${owner.className})`;
    if (tensor === undefined) return fail(`found no ${title}`);
    if (tensor.shape.join() !== shape.join()) {
      fail(`${title} has shape [${tensor.shape.join(", ")}], expected [${shape.join(", ")}]`);
    }
    return tensor.values;
  });
  const isKnown = options.loss !== undefined || isBinary;
  const notes = isKnown ? [] : [noteTaken(loss)];
  return { spec, weights, origin, notes };
}

function readSpec(value: unknown, fail: (found: string, cause: unknown) => never): ModelSpec {
  try {
    return parseSpec(value);
  } catch (cause) {
    if (!(cause instanceof UnsupportedModelError)) throw cause;
    return fail(cause.message.replace(/^Cannot [^:]*: /, ""), cause);
  }
}

/** Runs a reader of configurations, whose errors do not know the file. */
export function inFile<Value>(file: string, read: () => Value): Value {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof UnsupportedModelError)) throw cause;
    throw new FormatError(cause.message, { file, cause });
  }
}

/**
 * Finds weights among arrays whose names are paths that have the layer's name, such as
 * `bidirectional/forward_gru/gru_cell/kernel:0`.
 *
 * @param tensors The arrays.
 */
export function findByPath(tensors: readonly Tensor[]): FindWeight {
  const parts = tensors.map((tensor) => ({
    tensor,
    path: tensor.name.replace(/:\d+$/, "").split("/"),
  }));
  return ({ name, weights }, weight) => {
    const [direction, role] = splitRole(weights[weight]!);
    return parts.find(({ path }) =>
      path.includes(name) && path.at(-1) === role &&
      (direction === undefined || path.some((part) => part.startsWith(direction)))
    )?.tensor;
  };
}

/** `forward_gru/kernel` as `forward` and `kernel`. */
function splitRole(weight: string): [direction: string | undefined, role: string] {
  const [first = "", second] = weight.split("/");
  return second === undefined ? [undefined, first] : [first.split("_")[0], second];
}
