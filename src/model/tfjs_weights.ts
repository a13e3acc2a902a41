import { modelGraph } from "./graph.ts";
import { layerNames } from "./layer_names.ts";
import { weightShapes } from "./shapes.ts";
import type { ModelSpec } from "./spec.ts";

/** A weight as tf.js has it. */
export interface TfjsWeight {
  /** Name of its layer. */
  readonly layer: string;
  /** Its name in the layer. */
  readonly name: string;
  /** Its shape there. */
  readonly shape: readonly number[];
}

/**
 * A model's weights as tf.js has them.
 *
 * @param spec The model.
 * @returns One entry per weight, in the order of `weightShapes(spec)`. The scale of a distance is a kernel of shape
 * `[1, 1]`.
 */
export function weightsInTfjs(spec: ModelSpec): TfjsWeight[] {
  const names = layerNames(modelGraph(spec));
  return weightShapes(spec).map(({ layer, term, name, shape }) =>
    layer === undefined
      ? { layer: `join_${term}_scale`, name: "kernel", shape: [1, 1] }
      : { layer: names[layer]!, name, shape }
  );
}
