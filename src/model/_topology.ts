/** Compares the layers of a saved model, as tf.js reads them, with its spec. */

import { showValue } from "../base/show_value.ts";
import { modelGraph } from "./graph.ts";
import { layerNames } from "./layer_names.ts";
import { countDirections } from "./shapes.ts";
import {
  type ActivationLayer,
  type BranchedSpec,
  isBranched,
  type ModelSpec,
  type RecurrentLayer,
  type SequentialSpec,
} from "./spec.ts";
import { type StructuralLayer, type Wire, wireModel } from "./wiring.ts";

/** One layer, with the settings that its output depends on. */
interface TopologyLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The release of tf.js whose layers these are. */
const WRITTEN_FOR = { keras_version: "tfjs-layers 4.22.0", backend: "tensor_flow.js" };

/**
 * Describes a model as tf.js does in `modelTopology` of `model.json`, without loading tf.js: its stock layers, how they are
 * connected, and every setting that changes what they compute. Of settings that are left out, such as initializers, tf.js
 * and Keras take their defaults; they change nothing in a model whose weights are given.
 *
 * @param spec The model.
 */
export function describeTopology(spec: ModelSpec): Record<string, unknown> {
  if (!isBranched(spec)) {
    const config = { name: spec.name, layers: sequentialLayers(spec) };
    return { class_name: "Sequential", config, ...WRITTEN_FOR };
  }
  const { wires, output } = wireModel(modelGraph(spec));
  const inputs = wires.filter(({ layer }) => layer.type === "input");
  const config = {
    name: spec.name,
    layers: wires.map(connectedLayer),
    input_layers: inputs.map(({ name }) => [name, 0, 0]),
    output_layers: [[output.layer, output.call, 0]],
  };
  return { class_name: "Model", config, ...WRITTEN_FOR };
}

/**
 * Finds where a topology contradicts a spec: in its layers, how they are connected, or a setting that changes what they
 * compute. Settings that tf.js ignores in predicting, such as initializers, are not compared.
 *
 * @param topology `modelTopology` of a `model.json`.
 * @param spec The model.
 * @returns What was found and what was expected, or `undefined` if the two agree.
 */
export function findContradiction(topology: unknown, spec: ModelSpec): string | undefined {
  const { class_name, config, model_config } = Object(topology);
  const wanted = isBranched(spec) ? "Model" : "Sequential";
  // tf.js would read `model_config` and ignore the rest.
  if (class_name !== wanted || model_config !== undefined) {
    return isBranched(spec)
      ? `modelTopology is ${showValue(class_name)}, expected a Model of connected layers`
      : `modelTopology is not a Sequential model`;
  }
  return isBranched(spec)
    ? findBranchedContradiction(config, spec)
    : findSequentialContradiction(config, spec);
}

function findSequentialContradiction(config: unknown, spec: SequentialSpec): string | undefined {
  const { layers } = Object(config);
  return countLayers(layers, spec.layers.length) ??
    compareFields(layers, sequentialLayers(spec), "modelTopology.config.layers");
}

/** Describes how the number of layers differs from the wanted one, if it does. */
function countLayers(layers: unknown, wanted: number): string | undefined {
  if (Array.isArray(layers) && layers.length === wanted) return undefined;
  const found = Array.isArray(layers) ? `${layers.length} layers` : "no layers";
  return `modelTopology has ${found}, expected ${wanted}`;
}

function sequentialLayers(spec: SequentialSpec): TopologyLayer[] {
  const names = layerNames(modelGraph(spec));
  return spec.layers.map((layer, index) => {
    const { class_name, config } = topologyLayer(layer);
    const input = index === 0 ? inputConfig([spec.bins, spec.marks]) : {};
    return { class_name, config: { ...config, ...input, name: names[index] } };
  });
}

/** tf.js lists the layers in its own order, so they are compared by name. */
function findBranchedContradiction(config: unknown, spec: BranchedSpec): string | undefined {
  const { wires, output } = wireModel(modelGraph(spec));
  const { layers, input_layers, output_layers } = Object(config);
  const miscount = countLayers(layers, wires.length);
  if (miscount !== undefined) return miscount;
  const byName = new Map((layers as unknown[]).map((layer) => [Object(layer).name, layer]));
  for (const wire of wires) {
    const { name } = wire;
    const found = byName.get(name);
    const place = `modelTopology.config.layers.${name}`;
    const difference = compareFields(found, connectedLayer(wire), place);
    if (difference !== undefined) return difference;
  }
  const inputs = wires.filter(({ layer }) => layer.type === "input");
  return compareFields(
    input_layers,
    inputs.map(({ name }) => [name, 0, 0]),
    "modelTopology.config.input_layers",
  ) ??
    compareFields(
      output_layers,
      [[output.layer, output.call, 0]],
      "modelTopology.config.output_layers",
    );
}

/** A layer of a branched model, with what each of its calls reads. */
function connectedLayer({ name, layer, calls }: Wire): TopologyLayer & Record<string, unknown> {
  const { class_name, config } = layer.type === "input"
    ? { class_name: "InputLayer", config: inputConfig(layer.shape) }
    : topologyLayer(layer);
  const nodes = layer.type === "input"
    ? []
    : calls.map(({ inputs }) => inputs.map((tap) => [tap.layer, tap.call, 0, {}]));
  return { name, class_name, config: { ...config, name }, inbound_nodes: nodes };
}

function inputConfig(shape: readonly number[]): TopologyLayer["config"] {
  return { batch_input_shape: [null, ...shape], dtype: "float32" };
}

function topologyLayer(layer: Exclude<Wire["layer"], { readonly type: "input" }>): TopologyLayer {
  switch (layer.type) {
    case "conv1d":
      return {
        class_name: "Conv1D",
        config: {
          filters: layer.filters,
          kernel_size: [layer.width],
          strides: [1],
          padding: layer.padding,
          dilation_rate: [layer.dilation],
          activation: "linear",
          use_bias: true,
        },
      };
    case "activation":
      return activationLayer(layer);
    case "batchNorm":
      return {
        class_name: "BatchNormalization",
        config: {
          axis: -1,
          momentum: layer.momentum,
          epsilon: layer.epsilon,
          center: true,
          scale: true,
        },
      };
    case "maxPool1d":
      return {
        class_name: "MaxPooling1D",
        config: { pool_size: [layer.size], padding: "valid", strides: [layer.size] },
      };
    case "dropout":
      return { class_name: "Dropout", config: { rate: layer.rate } };
    case "flatten":
      return { class_name: "Flatten", config: {} };
    case "bidirectionalGru":
    case "lstm":
      return recurrentLayer(layer);
    case "dense":
    case "linear":
      return denseLayer(layer.units, { bias: true });
    default:
      return structuralLayer(layer);
  }
}

function denseLayer(units: number, { bias }: { readonly bias: boolean }): TopologyLayer {
  return { class_name: "Dense", config: { units, activation: "linear", use_bias: bias } };
}

function structuralLayer(
  layer: Exclude<StructuralLayer, { readonly type: "input" }>,
): TopologyLayer {
  switch (layer.type) {
    case "reshape":
      return { class_name: "Reshape", config: { target_shape: layer.shape } };
    case "repeatVector":
      return { class_name: "RepeatVector", config: { n: layer.count } };
    case "rescaling":
      return { class_name: "Rescaling", config: { scale: layer.scale, offset: layer.offset } };
    case "add":
      return { class_name: "Add", config: {} };
    case "multiply":
      return { class_name: "Multiply", config: {} };
    case "dot":
      return { class_name: "Dot", config: { axes: layer.axes, normalize: false } };
    case "softmax":
      return { class_name: "Softmax", config: { axis: -1 } };
    case "concatenate":
      return { class_name: "Concatenate", config: { axis: -1 } };
    case "scale":
      return denseLayer(1, { bias: false });
  }
}

function activationLayer(layer: ActivationLayer): TopologyLayer {
  return layer.kind === "leakyRelu"
    ? { class_name: "LeakyReLU", config: { alpha: layer.alpha } }
    : { class_name: "Activation", config: { activation: layer.kind } };
}

function recurrentLayer(layer: RecurrentLayer): TopologyLayer {
  const isBidirectional = countDirections(layer) === 2;
  const config = {
    // The weights of a direction are found by the name of what reads it.
    ...(isBidirectional && { name: layer.type === "lstm" ? "lstm" : "gru" }),
    units: layer.units,
    activation: "tanh",
    recurrent_activation: "sigmoid",
    use_bias: true,
    ...(layer.type === "bidirectionalGru" && { reset_after: false }),
    return_sequences: layer.returnSequences ?? false,
    go_backwards: false,
  };
  const own = { class_name: layer.type === "lstm" ? "LSTM" : "GRU", config };
  return isBidirectional
    ? { class_name: "Bidirectional", config: { merge_mode: "concat", layer: own } }
    : own;
}

/** Compares the wanted fields only, no deeper than they are nested. */
function compareFields(found: unknown, wanted: unknown, place: string): string | undefined {
  if (typeof wanted !== "object" || wanted === null) {
    return found === wanted
      ? undefined
      : `${place} is ${showValue(found)}, expected ${showValue(wanted)}`;
  }
  if (Array.isArray(wanted) && (!Array.isArray(found) || found.length !== wanted.length)) {
    return `${place} is ${showValue(found)}, expected ${showValue(wanted)}`;
  }
  const fields = Object.entries(wanted);
  // A call passes a layer its inputs and no other arguments.
  if (fields.length === 0 && Object.keys(Object(found)).length > 0) {
    return `${place} is ${showValue(found)}, expected ${showValue(wanted)}`;
  }
  for (const [key, value] of fields) {
    const part = Array.isArray(wanted) ? `${place}[${key}]` : `${place}.${key}`;
    const difference = compareFields(Object(found)[key], value, part);
    if (difference !== undefined) return difference;
  }
  return undefined;
}
