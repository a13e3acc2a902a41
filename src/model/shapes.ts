/**
 * Shapes along a model, and the layout of its weights.
 *
 * @module
 */

import { type LayerChain, modelGraph } from "./graph.ts";
import { countDirections, layerShapes, type SampleShape, sizeOf } from "./layer_shapes.ts";
import type { LayerSpec, ModelSpec, RecurrentLayer, SequentialSpec } from "./spec.ts";

export {
  convPadding,
  countDirections,
  isRecurrent,
  kernelSpan,
  makesRow,
  type SampleShape,
  sizeOf,
} from "./layer_shapes.ts";

/** What the weights of one direction of a recurrent layer are called. */
export type RecurrentWeightName = "kernel" | "recurrent_kernel" | "bias";

/** One weight tensor of a layer. */
export interface LayerWeightShape {
  /**
   * Number of the layer that it belongs to, as `modelGraph` counts them: in a sequential model the index in
   * `spec.layers`.
   */
  readonly layer: number;
  /** For a weight of the join only. */
  readonly term?: undefined;
  /** Its name in the layer, as Keras has it; a bidirectional layer names the direction before. */
  readonly name:
    | RecurrentWeightName
    | "gamma"
    | "beta"
    | "moving_mean"
    | "moving_variance"
    | `${"forward" | "backward"}_${"gru" | "lstm"}/${RecurrentWeightName}`;
  /**
   * Keras layout: conv kernels `[width, input, filters]`, dense kernels `[input, units]`; those of a recurrent
   * layer as {@linkcode BidirectionalGruLayer} and {@linkcode LstmLayer} have them.
   */
  readonly shape: readonly number[];
  /** False for the moving averages of batch normalisation, which no gradient reaches. */
  readonly trainable: boolean;
}

/** The trainable factor k of the squared distance in a `distanceWeightedMean` of the join. */
export interface JoinWeightShape {
  /** For a weight of a layer only. */
  readonly layer?: undefined;
  /** Index in `head.join` of the term that it belongs to. */
  readonly term: number;
  /** Its name. */
  readonly name: "distance_scale";
  /** One value. */
  readonly shape: readonly [1];
  /** It is trained. */
  readonly trainable: true;
}

/** One weight tensor of a model. */
export type WeightShape = LayerWeightShape | JoinWeightShape;

/**
 * Shapes along a sequential model: the input's first, then each layer's output.
 *
 * @param spec The model.
 * @returns `spec.layers.length + 1` shapes of one sample.
 * @throws {UnsupportedModelError} Naming the first layer that does not fit the shape before it.
 *
 * @example The shape after the first pooling
 * ```ts
 * import { presetSpec, sampleShapes } from "@waka/histone/model";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(sampleShapes(presetSpec("wakawaka"))[3], [20, 50]);
 * ```
 */
export function sampleShapes(spec: SequentialSpec): SampleShape[] {
  return layerShapes({
    model: spec.name,
    place: "layers",
    layers: spec.layers,
    input: [spec.bins, spec.marks],
    positions: "bins",
  });
}

/**
 * The one weight layout: the encoders' weights in order of their first use by a branch, then those of the join in order
 * of its terms, then the head's. Within an encoder and the head: in layer order, within a layer in Keras' order. All
 * engines, saved models and optimizer states follow it.
 *
 * @param spec The model.
 * @returns One shape per weight tensor.
 * @throws {UnsupportedModelError} If the layers do not fit each other.
 *
 * @example The shape of the first kernel
 * ```ts
 * import { presetSpec, weightShapes } from "@waka/histone/model";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(weightShapes(presetSpec("wakawaka"))[0]?.shape, [10, 5, 50]);
 * ```
 */
export function weightShapes<Spec extends ModelSpec>(
  spec: Spec,
): [Spec] extends [SequentialSpec] ? LayerWeightShape[] : WeightShape[] {
  const graph = modelGraph(spec);
  const weights: WeightShape[] = [];
  for (const encoder of graph.encoders) weights.push(...chainWeights(encoder));
  for (const [term, { type }] of graph.join.entries()) {
    if (type !== "distanceWeightedMean") continue;
    weights.push({ term, name: "distance_scale", shape: [1], trainable: true });
  }
  weights.push(...chainWeights(graph.head));
  // A sequential model has no weights in its join.
  return weights as LayerWeightShape[];
}

function chainWeights({ layers, firstLayer, shapes }: LayerChain): LayerWeightShape[] {
  return layers.flatMap((layer, index) => layerWeights(layer, firstLayer + index, shapes[index]!));
}

function layerWeights(layer: LayerSpec, number: number, input: SampleShape): LayerWeightShape[] {
  const channels = input.at(-1)!;
  const weight = (
    name: LayerWeightShape["name"],
    shape: readonly number[],
    trainable = true,
  ): LayerWeightShape => ({ layer: number, name, shape, trainable });
  switch (layer.type) {
    case "conv1d":
      return [
        weight("kernel", [layer.width, channels, layer.filters]),
        weight("bias", [layer.filters]),
      ];
    case "bidirectionalGru":
    case "lstm":
      return recurrentWeights(layer, channels).map(([name, shape]) => weight(name, shape));
    case "dense":
    case "linear":
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

function recurrentWeights(
  layer: RecurrentLayer,
  channels: number,
): [name: LayerWeightShape["name"], shape: number[]][] {
  const { type, units } = layer;
  const columns = (type === "lstm" ? 4 : 3) * units;
  const own: [name: RecurrentWeightName, shape: number[]][] = [
    ["kernel", [channels, columns]],
    ["recurrent_kernel", [units, columns]],
    ["bias", [columns]],
  ];
  if (countDirections(layer) === 1) return own;
  const cell = type === "lstm" ? "lstm" : "gru";
  return (["forward", "backward"] as const).flatMap((direction) =>
    own.map(([name, shape]): [LayerWeightShape["name"], number[]] => [
      `${direction}_${cell}/${name}`,
      shape,
    ])
  );
}

/**
 * Number of parameters of a model, moving averages included, as Keras' summary counts them.
 *
 * @param spec The model.
 * @returns The number of values of all its weights.
 * @throws {UnsupportedModelError} If the layers do not fit each other.
 *
 * @example The parameters of the report's final model
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
