/**
 * The engines that train and predict, and the contract they share. Engines load when they are chosen.
 *
 * @module
 */

export type {
  Engine,
  EngineData,
  EpochRequest,
  ManyEpochRequest,
  ManySession,
  ManySessionOptions,
  MemberOptions,
  Session,
  SessionOptions,
  SessionState,
  Support,
} from "./engine.ts";
export { openManySession } from "./many.ts";
export {
  ENGINE_NAMES,
  type EngineChoice,
  type EngineName,
  type EngineReport,
  selectEngine,
} from "./select.ts";
