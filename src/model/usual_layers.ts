/** Layers whose numbers presets and searched models share. */

import type { LayerSpec } from "./spec.ts";

/** LeakyReLU with the report's slope. */
export const LEAKY_RELU: LayerSpec = { type: "activation", kind: "leakyRelu", alpha: 0.05 };

/** Batch normalisation with Keras' defaults. */
export const BATCH_NORM: LayerSpec = { type: "batchNorm", momentum: 0.99, epsilon: 0.001 };
