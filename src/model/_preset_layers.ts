/** Short names for the layers of presets. */

import type { LayerSpec } from "./spec.ts";
import { BATCH_NORM, LEAKY_RELU } from "./usual_layers.ts";

/** A rectifier. */
export const relu: LayerSpec = { type: "activation", kind: "relu" };

/** The exact GELU. */
export const gelu: LayerSpec = { type: "activation", kind: "gelu" };

/** LeakyReLU with the report's slope. */
export const leaky: LayerSpec = LEAKY_RELU;

/** A sigmoid. */
export const sigmoid: LayerSpec = { type: "activation", kind: "sigmoid" };

/** Flattening. */
export const flatten: LayerSpec = { type: "flatten" };

/** Batch normalisation with Keras' defaults. */
export const norm: LayerSpec = BATCH_NORM;

/** Dropout of a share of the values. */
export function dropout(rate: number): LayerSpec {
  return { type: "dropout", rate };
}

/** A dense layer. */
export function dense(units: number): LayerSpec {
  return { type: "dense", units };
}

/** Max pooling over windows of `size` positions. */
export function pool(size: number): LayerSpec {
  return { type: "maxPool1d", size };
}

/** A convolution, without dilation and with padding `same` unless it says otherwise. */
export function conv(
  filters: number,
  width: number,
  { dilation = 1, padding = "same" }: {
    readonly dilation?: number;
    readonly padding?: "same" | "valid";
  } = {},
): LayerSpec {
  return { type: "conv1d", filters, width, dilation, padding };
}

/** Layers, one block after another. */
export function stack(...blocks: readonly (readonly LayerSpec[])[]): LayerSpec[] {
  return blocks.flat();
}
