import type { LayerSpec } from "../../../model/spec.ts";
import { slopeOf } from "../../layer_groups.ts";

/** What is known of a layer's input from the layers before it. */
export interface ExpectedInput {
  /** Share of the values that are not zero in training, roughly. */
  readonly share: number;
  /** Whether a value that is zero surely has no gradient, having come through a ReLU. */
  readonly rectified: boolean;
}

/**
 * Estimates from the architecture alone how many zeros a layer's input will have, so that what is computed, and in
 * which order, never depends on data.
 */
export function expectInput(layers: readonly LayerSpec[], index: number): ExpectedInput {
  let share = 1;
  let pooled = false;
  for (const layer of layers.slice(0, index).toReversed()) {
    if (layer.type === "maxPool1d") pooled = true;
    // Dropout before a pooling adds few zeros: each window still has values that were kept.
    else if (layer.type === "dropout") share *= pooled ? 1 : 1 - layer.rate;
    else if (slopeOf(layer) === 0) return { share: share / 2, rectified: true };
    else if (layer.type !== "flatten") break;
  }
  return { share, rectified: false };
}
