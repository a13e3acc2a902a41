import { layerChains, type ModelGraph } from "./graph.ts";
import type { LayerSpec } from "./spec.ts";

const KERAS_NAMES: Record<LayerSpec["type"], string> = {
  conv1d: "conv1d",
  activation: "activation",
  batchNorm: "batch_normalization",
  maxPool1d: "max_pooling1d",
  dropout: "dropout",
  flatten: "flatten",
  bidirectionalGru: "bidirectional",
  lstm: "lstm",
  dense: "dense",
  linear: "dense", // Keras' Dense is over the last axis
};

/**
 * Names a model's layers as Keras would in the first model of a program: `conv1d_1`, `dense_1`, … The names are a
 * function of the model, so that a saved weight is found by name.
 *
 * @param graph The model.
 * @returns One name per layer, in the order of their numbers.
 */
export function layerNames(graph: ModelGraph): string[] {
  const seen = new Map<string, number>();
  const layers = layerChains(graph).flatMap((chain) => chain.layers);
  return layers.map((layer) => {
    const name = kerasName(layer);
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return `${name}_${count}`;
  });
}

function kerasName(layer: LayerSpec): string {
  if (layer.type === "activation" && layer.kind === "leakyRelu") return "leaky_re_lu";
  // Keras names the wrapper of the two directions.
  if (layer.type === "lstm" && layer.bidirectional) return KERAS_NAMES.bidirectionalGru;
  return KERAS_NAMES[layer.type];
}
