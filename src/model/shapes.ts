import { UnsupportedModelError } from "../errors.ts";
import type { BidirectionalGruLayer, Conv1dLayer, LayerSpec, ModelSpec } from "./spec.ts";

/** Shape of one sample between two layers: `[positions, channels]`, or `[values]` after flattening. */
export type SampleShape = readonly [number, number] | readonly [number];

/** One weight tensor of a model. */
export interface WeightShape {
  /** Index in `spec.layers` of the layer it belongs to. */
  readonly layer: number;
  /** Its name in the layer, as Keras has it; a bidirectional layer names the direction before. */
  readonly name:
    | "kernel"
    | "bias"
    | "gamma"
    | "beta"
    | "moving_mean"
    | "moving_variance"
    | `${"forward" | "backward"}_gru/${"kernel" | "recurrent_kernel" | "bias"}`;
  /**
   * Keras layout: conv kernels `[width, input, filters]`, dense kernels `[input, units]`; those of a GRU as
   * {@linkcode BidirectionalGruLayer} has them.
   */
  readonly shape: readonly number[];
  /** False for the moving averages of batch normalisation, which no gradient reaches. */
  readonly trainable: boolean;
}

/**
 * Shapes along the network: the input's first, then each layer's output, so `spec.layers.length + 1`.
 *
 * @param spec The model.
 * @throws {UnsupportedModelError} Naming the first layer that does not fit the shape before it.
 */
export function sampleShapes(spec: ModelSpec): SampleShape[] {
  const shapes: SampleShape[] = [[spec.bins, spec.marks]];
  spec.layers.forEach((layer, index) => {
    const input = shapes[index];
    const output = outputShape(layer, input);
    if (output === undefined) {
      throw new UnsupportedModelError(
        `Cannot build model "${spec.name}": layers[${index}] (${layer.type}) does not fit its ` +
          `input of shape [${input.join(", ")}]${describeLeastBins(spec)}`,
      );
    }
    shapes.push(output);
  });
  return shapes;
}

function describeLeastBins(spec: ModelSpec): string {
  const least = leastBins(spec);
  return spec.bins >= least ? "" : `; the model takes at least ${least} bins, not ${spec.bins}`;
}

/** The fewest bins of which the layers before the positions are gone leave at least one position. */
function leastBins({ layers }: ModelSpec): number {
  const end = layers.findIndex(({ type }) => type === "flatten" || type === "bidirectionalGru");
  return layers.slice(0, end < 0 ? layers.length : end).reduceRight((positions, layer) => {
    if (layer.type === "maxPool1d") return positions * layer.size;
    return layer.type === "conv1d" && layer.padding === "valid"
      ? positions + kernelSpan(layer) - 1
      : positions;
  }, 1);
}

function outputShape(layer: LayerSpec, input: SampleShape): SampleShape | undefined {
  switch (layer.type) {
    case "conv1d": {
      if (input.length !== 2) return undefined;
      const positions = layer.padding === "same" ? input[0] : input[0] - kernelSpan(layer) + 1;
      return positions >= 1 ? [positions, layer.filters] : undefined;
    }
    case "maxPool1d": {
      if (input.length !== 2) return undefined;
      const positions = Math.floor(input[0] / layer.size);
      return positions >= 1 ? [positions, input[1]] : undefined;
    }
    case "flatten":
      return input.length === 2 ? [input[0] * input[1]] : undefined;
    case "bidirectionalGru":
      return input.length === 2 ? [2 * layer.units] : undefined;
    case "dense":
      return input.length === 1 ? [layer.units] : undefined;
    case "activation":
    case "batchNorm":
    case "dropout":
      return input;
  }
}

/** Positions that a dilated kernel spans: (width − 1) · dilation + 1. */
export function kernelSpan(layer: Pick<Conv1dLayer, "width" | "dilation">): number {
  return (layer.width - 1) * layer.dilation + 1;
}

/** Zeros that padding adds on the left and on the right of the positions. */
export function convPadding(layer: Conv1dLayer): { left: number; right: number } {
  const total = layer.padding === "same" ? kernelSpan(layer) - 1 : 0;
  const left = Math.floor(total / 2);
  return { left, right: total - left };
}

/**
 * The one weight layout: every weight tensor in layer order, within a layer in Keras' order. All engines,
 * saved models and optimizer states follow it.
 *
 * @param spec The model.
 * @throws {UnsupportedModelError} If the layers do not fit each other.
 */
export function weightShapes(spec: ModelSpec): WeightShape[] {
  const inputs = sampleShapes(spec);
  return spec.layers.flatMap((layer, index) => layerWeights(layer, index, inputs[index]));
}

function layerWeights(layer: LayerSpec, index: number, input: SampleShape): WeightShape[] {
  const channels = input[input.length - 1];
  const weight = (name: WeightShape["name"], shape: number[], trainable = true): WeightShape => ({
    layer: index,
    name,
    shape,
    trainable,
  });
  switch (layer.type) {
    case "conv1d":
      return [
        weight("kernel", [layer.width, channels, layer.filters]),
        weight("bias", [layer.filters]),
      ];
    case "bidirectionalGru":
      return gruWeights(layer, channels).map(([name, shape]) => weight(name, shape));
    case "dense":
      return [weight("kernel", [channels, layer.units]), weight("bias", [layer.units])];
    case "batchNorm":
      return [
        weight("gamma", [channels]),
        weight("beta", [channels]),
        weight("moving_mean", [channels], false),
        weight("moving_variance", [channels], false),
      ];
    default:
      return [];
  }
}

function gruWeights(
  { units }: BidirectionalGruLayer,
  channels: number,
): [name: WeightShape["name"], shape: number[]][] {
  return (["forward_gru", "backward_gru"] as const).flatMap((direction) => [
    [`${direction}/kernel`, [channels, 3 * units]],
    [`${direction}/recurrent_kernel`, [units, 3 * units]],
    [`${direction}/bias`, [3 * units]],
  ]);
}

/** Number of values of a shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, extent) => size * extent, 1);
}

/**
 * Number of parameters of a model, moving averages included, as Keras' summary counts them.
 *
 * @example
 * ```ts
 * import { countParameters, presetSpec } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(countParameters(presetSpec("wakawaka")), 28_221);
 * ```
 */
export function countParameters(spec: ModelSpec): number {
  return weightShapes(spec).reduce((count, { shape }) => count + sizeOf(shape), 0);
}
