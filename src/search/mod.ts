/**
 * Search for a model: a space of choices, points of it on a grid or at random, cross-validated scores, and successive
 * halving.
 *
 * Begin with {@linkcode searchModels}; {@linkcode SearchSpace} says what may be chosen, {@linkcode rankTrials} orders
 * what was found.
 *
 * @module
 */

export {
  checkSameSearch,
  type DataDescription,
  describeSearch,
  type SearchDescription,
} from "./description.ts";
export { parseSpace } from "./parse_space.ts";
export { countPoints, gridPoints, randomPoints } from "./points.ts";
export {
  bestTrial,
  describePoint,
  formatRankingCsv,
  formatRankingTable,
  rankTrials,
} from "./ranking.ts";
export { planRungs, type Rung, type RungOptions } from "./rungs.ts";
export { searchModels } from "./search_models.ts";
export type {
  GroupCheckpoints,
  SearchOptions,
  SearchProgress,
  SearchResult,
  TrialGroup,
} from "./search_types.ts";
export {
  type ResolvedSettings,
  SEARCH_METHODS,
  type SearchMethod,
  type SearchSettings,
} from "./settings.ts";
export {
  type BranchAxes,
  type BranchPoint,
  type ConvolutionAxes,
  type ConvolutionPoint,
  DEFAULT_SPACE,
  type NumberRange,
  type SearchPoint,
  type SearchSpace,
} from "./space.ts";
export { specOf, type SpecOfOptions } from "./spec_of.ts";
export {
  encodeTrial,
  type FailedTrial,
  parseTrials,
  type PlannedTrial,
  type ScoredTrial,
  type TrialRecord,
} from "./trial.ts";
