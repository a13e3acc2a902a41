/**
 * Explanations of predictions: how much each bin of each mark, each base and each value of a panel adds to them.
 *
 * Begin with {@linkcode attribute}; {@linkcode attributeBlocks} goes through many samples with little memory.
 * {@linkcode predictEdits} changes samples and predicts them again.
 * {@linkcode testAttributions} says which attributions are larger than those of a null, which {@linkcode nullFromGenes} or
 * {@linkcode nullFromModels} makes.
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
} from "./differences/change_agreement.ts";
export type { ChangeAgreementOptions } from "./differences/change_options.ts";
export {
  explainChanges,
  type ExplainChangesOptions,
  type ExplainedChanges,
  type ExplainedGenes,
  type ExplainedSet,
  type PlacedGeneSet,
} from "./differences/explained_changes.ts";
export {
  type DifferenceTableOptions,
  type TrainedEnds,
  writeDifferences,
  writeExplainedSets,
} from "./differences/difference_table.ts";
export { explainDifferences } from "./differences/explain_differences.ts";
export type {
  CarryingSpan,
  DifferenceOptions,
  GeneDifferences,
  MeasuredChanges,
} from "./differences/difference_types.ts";
export {
  NULL_KINDS,
  type NullAttributions,
  nullFromGenes,
  nullFromModels,
  type NullKind,
  type NullOptions,
} from "./nulls/null_attributions.ts";
export { type NullModelOptions, shuffleLabels, trainNullModels } from "./nulls/shuffled_labels.ts";
export { spreadOverBins } from "./spread_over_bins.ts";
export { sumOverBins } from "./sum_over_bins.ts";
export { testAttributions } from "./nulls/test_attributions.ts";
export {
  ATTRIBUTION_METHODS,
  type AttributionMethod,
  type Attributions,
  BASELINE_KINDS,
  type BaselineKind,
  type InputAttributions,
} from "./types.ts";
export type { EditEffect, PredictEditsOptions } from "./edits/edit_effect.ts";
export {
  describeStep,
  type Edit,
  EDIT_KINDS,
  type EditKind,
  type EditSelection,
  type EditStep,
  knockOuts,
  MOVE_FILLS,
  type MoveFill,
  type MoveStep,
  REMOVED_TO,
  type RemovedTo,
  type RemoveStep,
  REPLACE_LIKE,
  type ReplaceLike,
  type ReplaceStep,
  type ScaleStep,
  type SubstituteStep,
  type SwapStep,
} from "./edits/edits.ts";
export { type EffectInterval, effectInterval, type EffectTable } from "./edits/effect_interval.ts";
export { checkEdits, predictEdits } from "./edits/predict_edits.ts";
export { readEdits, type ReadEditsOptions } from "./edits/read_edits.ts";
export {
  type AttributionTrackBlock,
  type ReadTrackBlocks,
  TRACK_FILE_FORMATS,
  TRACK_INPUTS,
  type TrackFileFormat,
  type TrackFolder,
  type TrackInput,
  type WriteTracksOptions,
  type WrittenTrack,
  type WrittenTracks,
} from "./tracks/track_options.ts";
export { writeAttributionTracks, writeTrackSession } from "./tracks/write_tracks.ts";
