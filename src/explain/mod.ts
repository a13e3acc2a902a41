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
  ATTRIBUTION_METHODS,
  type AttributionMethod,
  type Attributions,
  BASELINE_KINDS,
  type BaselineKind,
  type InputAttributions,
} from "./types.ts";
