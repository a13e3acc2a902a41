/**
 * The engines that train and predict, and the contract they share. Engines load when they are chosen.
 *
 * Most programs need `fit` and `predict` of `@waka/histone/training` instead. For control over steps, weights and
 * samples begin with {@linkcode selectEngine}: its engine creates a {@linkcode Session}, which takes samples from a
 * {@linkcode SampleSource}. {@linkcode memorySource} and {@linkcode joinInputs} make one of arrays in memory.
 *
 * @module
 */

export { useWorkers, type WorkerSource } from "../base/workers.ts";
export type {
  CallOptions,
  Capacity,
  Engine,
  EpochProgress,
  EpochRequest,
  InputGradients,
  MemberOptions,
  PredictionPath,
  Session,
  SessionOptions,
  SessionState,
  Support,
} from "./engine.ts";
export { type InputColumn, type JoinedColumns, joinInputs } from "./joined_source.ts";
export { pathGradients, type PathRequest } from "./path_gradients.ts";
export { memorySource, type SignalColumns } from "./memory_source.ts";
export {
  type GatheredInput,
  NO_ENTRY,
  type ResidentSignal,
  SampleBatch,
  type SampleBatchOptions,
  type SampleSource,
} from "./sample_source.ts";
export { learningRateAt, type ScheduledStep } from "./schedule.ts";
export {
  ENGINE_NAMES,
  type EngineChoice,
  type EngineName,
  type EngineReport,
  selectEngine,
} from "./select.ts";
export { type StackedSource, stackSources } from "./stacked_source.ts";
export { type StoredSamples, storedSource } from "./stored_source.ts";
