/**
 * Which layers of an encoder compute an entry once, however many samples of a batch share it. All engines that share
 * entries use these rules.
 *
 * @module
 */

import type { LayerSpec } from "../model/spec.ts";

/** Dropout has a mask for each sample, and batch normalisation takes means over samples. */
const BY_SAMPLE: readonly LayerSpec["type"][] = ["dropout", "batchNorm"];
/** Layers that take long enough to be worth sharing. */
const WORTH_SHARING: readonly LayerSpec["type"][] = [
  "conv1d",
  "dense",
  "linear",
  "bidirectionalGru",
  "lstm",
];

/**
 * Finds the first layer that must be computed for each sample in training, even where samples share an entry.
 *
 * @param layers The layers of an encoder.
 * @returns Its index, or `undefined` if no layer must.
 */
export function findLayerBySample(layers: readonly LayerSpec[]): number | undefined {
  const index = layers.findIndex(({ type }) => BY_SAMPLE.includes(type));
  return index < 0 ? undefined : index;
}

/**
 * Whether computing layers once for each entry saves more than the copy of their outputs costs.
 *
 * @param layers The layers.
 * @returns False if all of them are cheap.
 */
export function areWorthSharing(layers: readonly LayerSpec[]): boolean {
  return layers.some(({ type }) => WORTH_SHARING.includes(type));
}
