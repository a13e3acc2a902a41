/**
 * The engines that train and predict, and the contract they share. Engines load when they are chosen.
 *
 * @module
 */

export type {
  CallOptions,
  Capacity,
  Engine,
  EpochRequest,
  InputGradients,
  MemberOptions,
  Session,
  SessionOptions,
  SessionState,
  Support,
} from "./engine.ts";
export { type InputColumn, type JoinedColumns, joinInputs } from "./joined_source.ts";
export { memorySource, type SignalColumns } from "./memory_source.ts";
export {
  type GatheredInput,
  NO_ENTRY,
  type ResidentSignal,
  SampleBatch,
  type SampleBatchOptions,
  type SampleSource,
} from "./sample_source.ts";
export {
  ENGINE_NAMES,
  type EngineChoice,
  type EngineName,
  type EngineReport,
  selectEngine,
} from "./select.ts";
