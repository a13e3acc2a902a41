/** What tf.js reads of a saved model's layers, and whether it is what the spec says. */

import { showValue } from "../base/show_value.ts";
import { layerNames } from "./layer_names.ts";
import type { ActivationLayer, LayerSpec, SequentialSpec } from "./spec.ts";

/** One layer, with the settings that its output depends on. */
interface TopologyLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Finds where a topology contradicts a spec: in its layers, their order, or a setting that changes what they compute.
 * What tf.js ignores in predicting, such as initializers, is not looked at.
 *
 * @param topology `modelTopology` of a `model.json`.
 * @param spec The model.
 * @returns What was found and what was expected, or `undefined` if the two agree.
 */
export function findContradiction(topology: unknown, spec: SequentialSpec): string | undefined {
  const { class_name, config, model_config } = Object(topology);
  // tf.js would take `model_config` instead of all the rest.
  if (class_name !== "Sequential" || model_config !== undefined) {
    return `modelTopology is not a Sequential model`;
  }
  const { layers } = Object(config);
  if (!Array.isArray(layers) || layers.length !== spec.layers.length) {
    const found = Array.isArray(layers) ? `${layers.length} layers` : "no layers";
    return `modelTopology has ${found}, expected ${spec.layers.length}`;
  }
  return compareFields(layers, topologyLayers(spec), "modelTopology.config.layers");
}

function topologyLayers(spec: SequentialSpec): TopologyLayer[] {
  const names = layerNames(spec);
  return spec.layers.map((layer, index) => {
    const { class_name, config } = topologyLayer(layer);
    const input = index === 0
      ? { batch_input_shape: [null, spec.bins, spec.marks], dtype: "float32" }
      : {};
    return { class_name, config: { ...config, ...input, name: names[index] } };
  });
}

function topologyLayer(layer: LayerSpec): TopologyLayer {
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
      return gruLayer(layer.units);
    case "dense":
    case "linear":
      return {
        class_name: "Dense",
        config: { units: layer.units, activation: "linear", use_bias: true },
      };
  }
}

function activationLayer(layer: ActivationLayer): TopologyLayer {
  return layer.kind === "leakyRelu"
    ? { class_name: "LeakyReLU", config: { alpha: layer.alpha } }
    : { class_name: "Activation", config: { activation: layer.kind } };
}

function gruLayer(units: number): TopologyLayer {
  const config = {
    units,
    activation: "tanh",
    recurrent_activation: "sigmoid",
    use_bias: true,
    reset_after: false,
    return_sequences: false,
    go_backwards: false,
  };
  return {
    class_name: "Bidirectional",
    config: { merge_mode: "concat", layer: { class_name: "GRU", config } },
  };
}

/** Looks for the wanted fields only, no deeper than they are. */
function compareFields(found: unknown, wanted: unknown, place: string): string | undefined {
  if (typeof wanted !== "object" || wanted === null) {
    return found === wanted
      ? undefined
      : `${place} is ${showValue(found)}, expected ${showValue(wanted)}`;
  }
  if (Array.isArray(wanted) && (!Array.isArray(found) || found.length !== wanted.length)) {
    return `${place} is ${showValue(found)}, expected ${showValue(wanted)}`;
  }
  for (const [key, value] of Object.entries(wanted)) {
    const part = Array.isArray(wanted) ? `${place}[${key}]` : `${place}.${key}`;
    const difference = compareFields(Object(found)[key], value, part);
    if (difference !== undefined) return difference;
  }
  return undefined;
}
