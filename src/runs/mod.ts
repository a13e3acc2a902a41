/**
 * Runs: the directories that training commands write, for programs that read them or write their own.
 *
 * {@linkcode readRun} reads settings, history and scores, {@linkcode loadModels} the model or the ensemble.
 * {@linkcode takeRun} gives a program a directory of its own, with checkpoints from which it can be resumed.
 *
 * @module
 */

export { type KeptCommand, readKeptCommand } from "./command_file.ts";
export { type RunConfig, writeConfig } from "./config.ts";
export { type EventLog, type EventLogOptions, openEventLog } from "./event_log.ts";
export { type MemberHistory, writeHistory } from "./history.ts";
export {
  describeInputs,
  type DigestOptions,
  type DigestProgress,
  type InputFile,
  type Inputs,
} from "./inputs.ts";
export { loadModels, saveMembers } from "./models.ts";
export type { CheckpointPace, RunCheckpoints } from "./run_checkpoints.ts";
export type {
  OwnedDirectory,
  OwnedParts,
  OwnedRun,
  RunShare,
  TakeRunOptions,
} from "./owned_run.ts";
export { takeParts, takeRun } from "./run_directory.ts";
export { inspectRun, type RunState } from "./run_state.ts";
export { readRun, type SavedConfig, type SavedRun, type SavedTraining } from "./saved_run.ts";
