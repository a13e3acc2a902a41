/** The scale of labels that a network learns; see `TrainedModel.labelScale`. */

import type { LabelScale } from "../model/trained_model.ts";
import type { Loss, ModelSpec } from "../model/spec.ts";
import type { ReferencePanel } from "../panel/panel.ts";

/** The scale on which a model that reads a panel learns labels; classes stay as they are. */
export function labelScaleOf(
  { loss }: ModelSpec,
  { labelMean, labelSd }: ReferencePanel,
): LabelScale | undefined {
  return loss === "binaryCrossentropy" ? undefined : { mean: labelMean, sd: labelSd };
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

/** The factor that turns a loss of scaled labels into one of labels: squares have the unit of labels, squared. */
export function lossFactor(loss: Loss, scale: LabelScale | undefined): number {
  return scale === undefined || loss !== "meanSquaredError" ? 1 : scale.sd ** 2;
}
