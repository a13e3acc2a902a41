import type { LayerSpec } from "../../model/spec.ts";
import { slopeOf } from "../layer_groups.ts";

/** What the layers before a layer tell about its input. */
export interface ExpectedInput {
  /** Share of the values that are not zero in training, roughly. */
  readonly share: number;
  /** Whether a value that is zero surely has no gradient, having come through a ReLU. */
  readonly rectified: boolean;
}

/**
 * Says of the model alone, before there are data, how many zeros a layer's input will have: what is computed, and
 * in which order, must not depend on anything else.
 */
export function expectInput(layers: readonly LayerSpec[], index: number): ExpectedInput {
  let [share, pooled] = [1, false];
  for (const layer of layers.slice(0, index).toReversed()) {
    if (layer.type === "maxPool1d") pooled = true;
    // Of a window in which values were dropped others are left.
    else if (layer.type === "dropout") share *= pooled ? 1 : 1 - layer.rate;
    else if (slopeOf(layer) === 0) return { share: share / 2, rectified: true };
    else if (layer.type !== "flatten") break;
  }
  return { share, rectified: false };
}
