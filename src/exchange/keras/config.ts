/**
 * The layers of Keras as it writes them in JSON: versions 2 and 3, sequential models and chains of connected layers.
 *
 * @module
 */

import type { LayerSpec, Loss } from "../../model/spec.ts";
import { type KerasLayer, type LayerConfig, nameOf, refuseKeras, textOf } from "./layer_config.ts";
import { translateLayer } from "./_translate_layer.ts";

/** A model of Keras. */
export interface KerasModel {
  /** Its name. */
  readonly name: string;
  /** Number of bins of its input. */
  readonly bins: number;
  /** Number of marks of its input. */
  readonly marks: number;
  /** From input to output. */
  readonly layers: readonly KerasLayer[];
}

/** More layers than any model of this package has. */
const MOST_LAYERS = 10_000;

/**
 * Reads a model.
 *
 * @param value The JSON: with `class_name` and `config`, or `model_config` with these.
 * @returns The chain of its layers.
 * @throws {UnsupportedModelError} Naming the first layer that this package lacks, or what is not a chain.
 */
export function readKerasConfig(value: unknown): KerasModel {
  const outer = Object(value);
  const { class_name: kind, config } = Object(outer.model_config ?? outer);
  if (!["Sequential", "Functional", "Model"].includes(textOf(kind))) {
    refuseKeras(`it is a ${textOf(kind).slice(0, 50)}, expected a Sequential or Functional model`);
  }
  const listed: unknown = Array.isArray(config) ? config : Object(config).layers;
  if (!Array.isArray(listed) || listed.length === 0 || listed.length > MOST_LAYERS) {
    refuseKeras("it has no list of layers");
  }
  const given = listed.map((layer): LayerConfig => Object(layer));
  const chain = kind === "Sequential" ? given : orderChain(given, Object(config));
  const { name = "imported" } = Object(config);
  const shape = inputShape(chain[0]!);
  let rank = 2;
  const layers = chain.filter(({ class_name }) => class_name !== "InputLayer").map((layer) => {
    const translated = translateLayer(layer, { rank });
    if (translated.layers.some(makesRow)) rank = 1;
    return translated;
  });
  const [bins, marks] = shape;
  return { name: textOf(name).slice(0, 100), bins, marks, layers };
}

function makesRow(layer: LayerSpec): boolean {
  const isRecurrent = layer.type === "lstm" || layer.type === "bidirectionalGru";
  return layer.type === "flatten" || isRecurrent && !layer.returnSequences;
}

/** Bins and marks, from the first layer. */
function inputShape({ class_name, config }: LayerConfig): [bins: number, marks: number] {
  const { batch_input_shape, batch_shape, build_config } = Object(config);
  const shape: unknown = batch_shape ?? batch_input_shape ?? Object(build_config).input_shape;
  const [, bins, marks, ...rest] = Array.isArray(shape) ? shape : [];
  if (Number.isInteger(bins) && Number.isInteger(marks) && rest.length === 0) return [bins, marks];
  return refuseKeras(
    `its input (${textOf(class_name)}) has the shape ${
      JSON.stringify(shape)?.slice(0, 60)
    }, expected [null, bins, marks]`,
  );
}

/** The layers of connected ones in the order in which they read each other. */
function orderChain(
  layers: readonly LayerConfig[],
  { input_layers: inputs, output_layers: outputs }: Readonly<Record<string, unknown>>,
): LayerConfig[] {
  const readBy = new Map<string, LayerConfig>();
  const starts: LayerConfig[] = [];
  for (const layer of layers) {
    const read = sourcesOf(layer);
    if (read.length === 0) starts.push(layer);
    else if (read.length > 1 || readBy.has(read[0]!)) {
      refuseKeras(
        `layer "${nameOf(layer)}" reads or shares several others, expected a chain of layers`,
      );
    } else readBy.set(read[0]!, layer);
  }
  if (starts.length !== 1 || countTaps(inputs) > 1 || countTaps(outputs) > 1) {
    refuseKeras(
      `it has ${starts.length} inputs and ${countTaps(outputs)} outputs, expected one of each`,
    );
  }
  const chain: LayerConfig[] = [];
  const seen = new Set<LayerConfig>();
  for (
    let next: LayerConfig | undefined = starts[0];
    next !== undefined && !seen.has(next);
    next = readBy.get(nameOf(next))
  ) {
    seen.add(next);
    chain.push(next);
  }
  if (chain.length !== layers.length) refuseKeras("its layers do not form one chain");
  return chain;
}

/** A list of [layer, call, output], or one of them without a list around. */
function countTaps(value: unknown): number {
  if (!Array.isArray(value)) return 0;
  return typeof value[0] === "string" ? 1 : value.length;
}

/** Names of the layers that a layer reads, in its only call. */
function sourcesOf(layer: LayerConfig): string[] {
  const { inbound_nodes: calls } = layer;
  if (!Array.isArray(calls) || calls.length === 0) return [];
  if (calls.length > 1) {
    refuseKeras(`layer "${nameOf(layer)}" is called ${calls.length} times, expected once`);
  }
  const [call] = calls;
  // Keras 2: [[name, call, output, arguments], …]; Keras 3: { args, kwargs }.
  if (Array.isArray(call)) return call.map((tap) => textOf(Object(tap)[0]));
  const { args = [], kwargs = {} } = Object(call);
  if (Object.values(Object(kwargs)).some((value) => value !== null && value !== false)) {
    refuseKeras(`layer "${nameOf(layer)}" is called with arguments, expected none`);
  }
  return (Array.isArray(args) ? args : []).flat().map((tensor) =>
    textOf(Object(Object(tensor).config).keras_history?.[0])
  );
}

/** The losses of Keras that this package has. */
const LOSSES: Readonly<Record<string, Loss>> = {
  mse: "meanSquaredError",
  mean_squared_error: "meanSquaredError",
  meanSquaredError: "meanSquaredError",
  MeanSquaredError: "meanSquaredError",
  huber: { type: "huber", delta: 1 },
  Huber: { type: "huber", delta: 1 },
  binary_crossentropy: "binaryCrossentropy",
  BinaryCrossentropy: "binaryCrossentropy",
};

/**
 * The loss that a model was compiled with.
 *
 * @param value `training_config` or `compile_config`.
 * @returns The loss; `undefined` if the file does not say it, or this package lacks it.
 */
export function readKerasLoss(value: unknown): Loss | undefined {
  const { loss } = Object(value);
  const { class_name, config } = Object(loss);
  const name = textOf(typeof loss === "string" ? loss : class_name);
  if (class_name !== undefined && name === "Huber" && Object(config).delta !== 1) return undefined;
  return Object.hasOwn(LOSSES, name) ? LOSSES[name] : undefined;
}
