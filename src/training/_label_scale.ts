/** The scale of labels that a network learns; see `TrainedModel.labelScale`. */

import type { LabelScale } from "../model/trained_model.ts";
import type { Loss, ModelSpec } from "../model/spec.ts";
import type { ReferencePanel } from "../panel/panel.ts";

/** The scale on which a model that reads a panel learns labels; `undefined` for classes and ranks. */
export function labelScaleOf(
  { loss }: ModelSpec,
  { labelMean, labelSd }: ReferencePanel,
): LabelScale | undefined {
  return isSquared(loss) ? { mean: labelMean, sd: labelSd } : undefined;
}

/** Whether a loss grows with the square of an error: Huber's does for small ones. */
function isSquared(loss: Loss): boolean {
  return loss === "meanSquaredError" || typeof loss === "object";
}

/** Labels on the scale of a network's predictions. */
export function scaleLabels(
  labels: Float64Array,
  scale: LabelScale | undefined,
): Float64Array {
  return scale === undefined ? labels : labels.map((label) => (label - scale.mean) / scale.sd);
}

/** Turns a network's predictions into those of labels, in place. */
export function unscalePredictions(
  predicted: Float32Array<ArrayBuffer>,
  scale: LabelScale | undefined,
): Float32Array<ArrayBuffer> {
  if (scale === undefined) return predicted;
  for (let i = 0; i < predicted.length; i++) predicted[i] = predicted[i]! * scale.sd + scale.mean;
  return predicted;
}

/** The factor that turns a loss of scaled labels into one of labels, whose unit is that of labels squared. */
export function lossFactor(scale: LabelScale | undefined): number {
  return scale === undefined ? 1 : scale.sd ** 2;
}
