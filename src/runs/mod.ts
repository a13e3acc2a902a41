/**
 * Runs: the directories that the commands which train write, for programs that read them, or write their own.
 *
 * @module
 */

export { describeInputs, type DigestOptions, type InputFile, type Inputs } from "./inputs.ts";
export { type EventLog, type EventLogOptions, openEventLog } from "./event_log.ts";
export { loadModels, saveMembers } from "./models.ts";
export { readRun, type SavedConfig, type SavedRun, type SavedTraining } from "./saved_run.ts";
export { type RunConfig, writeConfig } from "./config.ts";
export { inspectRun, type RunState } from "./run_state.ts";
export type { CheckpointPace, RunCheckpoints } from "./run_checkpoints.ts";
export {
  type OwnedParts,
  type OwnedRun,
  takeParts,
  takeRun,
  type TakeRunOptions,
} from "./run_directory.ts";
export { writeHistory } from "./history.ts";
