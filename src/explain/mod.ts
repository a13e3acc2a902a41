/**
 * Explanations of predictions: how much each bin of each mark, each base and each value of a panel adds to them.
 *
 * Begin with {@linkcode attribute}; {@linkcode attributeBlocks} goes through many samples with little memory.
 *
 * @module
 */

export { attribute, attributeBlocks } from "./attribute.ts";
export type {
  AttributeOptions,
  MatchBy,
  OcclusionUnit,
  OcclusionWindow,
} from "./attribute_options.ts";
export {
  type ChangeAgreement,
  type ExchangedFigure,
  measureChangeAgreement,
} from "./change_agreement.ts";
export type { ChangeAgreementOptions } from "./change_options.ts";
export { explainDifferences } from "./differences.ts";
export type {
  CarryingSpan,
  DifferenceOptions,
  GeneDifferences,
  MeasuredChanges,
} from "./difference_types.ts";
export {
  ATTRIBUTION_METHODS,
  type AttributionMethod,
  type Attributions,
  BASELINE_KINDS,
  type BaselineKind,
  type InputAttributions,
} from "./types.ts";
