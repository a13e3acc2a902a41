import { checkInteger } from "../base/check_integer.ts";
import { showValue } from "../base/show_value.ts";
import { ContractError } from "../errors.ts";
import { describeLayer, layerChains, modelGraph } from "../model/graph.ts";
import { makesRow, weightShapes } from "../model/shapes.ts";
import { isBranched, type ModelSpec } from "../model/spec.ts";

/**
 * Layers that are not trained: a layer's number, as `modelGraph` counts layers; `encoder`, the layers of all branches; or
 * `head`, those after the join, and the join's own weights. In a sequential model the encoder ends with the layer that
 * makes a row of values of the positions, `flatten`, a GRU or an LSTM, and the head is what follows.
 */
export type FrozenPart = number | "encoder" | "head";

/** What is frozen of a model. */
export interface FrozenWeights {
  /** Numbers of the layers, in their order. */
  readonly layers: readonly number[];
  /** Indices in `weightShapes(spec)` of their trainable weights, and of the join's if the head is frozen. */
  readonly weights: readonly number[];
}

/**
 * Finds the weights of the layers that are not to be trained.
 *
 * @param spec The model.
 * @param parts The layers.
 * @returns Layers and weights; empty for no parts.
 * @throws {RangeError} If the model lacks the layer, or the layer has no weights.
 * @throws {ContractError} If nothing would be left to train, or a sequential model has no head.
 *
 * @example The encoder of a preset
 * ```ts
 * import { presetSpec } from "@waka/histone/model";
 * import { findFrozen } from "@waka/histone/training";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(findFrozen(presetSpec("wakawaka"), ["encoder"]).layers, [0, 3, 6]); // the convolutions
 * ```
 */
export function findFrozen(spec: ModelSpec, parts: readonly FrozenPart[]): FrozenWeights {
  if (!Array.isArray(parts)) {
    throw new TypeError(
      `Cannot freeze ${showValue(parts)}: expected an array, such as ["encoder"]`,
    );
  }
  const shapes = weightShapes<ModelSpec>(spec);
  const frozen = new Set<number>();
  let isJoinFrozen = false;
  for (const part of parts) {
    for (const layer of layersOf(spec, part)) frozen.add(layer);
    isJoinFrozen ||= part === "head";
  }
  const isFrozen = (layer: number | undefined) =>
    layer === undefined ? isJoinFrozen : frozen.has(layer);
  const trainable = shapes.flatMap(({ layer, trainable }, index) =>
    trainable ? [{ layer, index }] : []
  );
  const weights = trainable.filter(({ layer }) => isFrozen(layer)).map(({ index }) => index);
  if (weights.length > 0 && weights.length === trainable.length) {
    throw new ContractError(
      `Cannot train "${spec.name}": all of its layers are frozen, expected one to train at least`,
    );
  }
  const layers = new Set(
    shapes.flatMap(({ layer }) => layer !== undefined && frozen.has(layer) ? layer : []),
  );
  return { layers: [...layers].sort((a, b) => a - b), weights };
}

function layersOf(spec: ModelSpec, part: FrozenPart): number[] {
  if (typeof part === "number") return [checkLayer(spec, part)];
  if (part !== "encoder" && part !== "head") {
    throw new RangeError(
      `Cannot freeze ${showValue(part)}: expected the number of a layer, encoder or head`,
    );
  }
  const [first, end] = layersOfPart(spec, part);
  return Array.from({ length: end - first }, (_, i) => first + i);
}

/** The number of the first layer of a part, and of the one after its last. */
function layersOfPart(spec: ModelSpec, part: "encoder" | "head"): [first: number, end: number] {
  const graph = modelGraph(spec);
  const count = layerChains(graph).reduce((sum, { layers }) => sum + layers.length, 0);
  const firstOfHead = isBranched(spec)
    ? graph.head.firstLayer
    : spec.layers.findIndex(makesRow) + 1;
  if (firstOfHead === 0 && !isBranched(spec)) {
    throw new ContractError(
      `Cannot freeze the ${part} of "${spec.name}": it has no flatten, GRU or LSTM, where its head would begin, expected ` +
        "numbers of layers",
    );
  }
  return part === "encoder" ? [0, firstOfHead] : [firstOfHead, count];
}

/** Throws unless a layer exists and has weights. */
function checkLayer(spec: ModelSpec, layer: number): number {
  checkInteger(layer, { action: "freeze", name: "layer", least: 0 });
  const shapes = weightShapes<ModelSpec>(spec);
  if (shapes.some((shape) => shape.layer === layer && shape.trainable)) return layer;
  const graph = modelGraph(spec);
  const others = [...new Set(shapes.flatMap((shape) => shape.layer ?? []))].map((number) =>
    `${number}, ${describeLayer(graph, number)}`
  );
  throw new RangeError(
    `Cannot freeze layer ${layer} of "${spec.name}": it has no weights, expected one of ${
      others.join("; ")
    }`,
  );
}
