/** The JSON in front of a checkpoint's numbers. A digest tells that it is whole, not who wrote it. */

import { showValue } from "../base/show_value.ts";
import type { EpochRecord, FitCheckpoint, RunCheckpoint } from "./fit_types.ts";

/** The arrays of a run's state, in the order of their values. */
export const STATE_ARRAYS = ["weights", "firstMoments", "secondMoments"] as const;

/** One of a run's arrays. */
export type StateArray = (typeof STATE_ARRAYS)[number];

/** A state, with the lengths of its arrays instead of their values. */
export interface StateHeader {
  readonly step: number;
  readonly lengths: Readonly<Record<StateArray, readonly number[]>>;
}

/** A run with such states. */
export type RunHeader = Omit<RunCheckpoint, "state" | "underWay"> & {
  readonly state: StateHeader;
  readonly underWay?: StateHeader;
};

/** The states of a run, in the order of their values. */
export function statesOf<State>(
  { state, underWay }: { readonly state: State; readonly underWay?: State },
): State[] {
  return underWay === undefined ? [state] : [state, underWay];
}

/** A checkpoint without its numbers. */
export type CheckpointHeader = Omit<FitCheckpoint, "runs"> & {
  readonly runs: readonly RunHeader[];
  readonly log?: LogReference;
};

/** The log that holds the rest of a checkpoint: the epochs of all runs, and the runs that are finished. */
export interface LogReference {
  /** Tells the log from others in its directory. */
  readonly number: number;
  /** How much of it was written. */
  readonly bytes: number;
  /** The last digest in it, as hexadecimal digits. */
  readonly digest: string;
}

/** Epochs of a run that follow those before. */
export interface EpochsOfRun {
  readonly run: number;
  readonly records: readonly EpochRecord[];
}

/** The JSON of a frame of a log. */
export interface FrameHeader {
  readonly epochs: readonly EpochsOfRun[];
  readonly finished: readonly (Omit<RunHeader, "history" | "underWay"> & {
    readonly run: number;
  })[];
}

type Check = readonly [accepts: (value: unknown) => boolean, wanted: string];
type Checks = Readonly<Record<string, Check>>;

const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const areAll = (accepts: Check[0]) => (value: unknown) =>
  Array.isArray(value) && value.every(accepts);
// A loss that is infinite or no number is null in JSON.
const isLoss = (value: unknown) => value === null || Number.isFinite(value);
const isText = (value: unknown) => typeof value === "string";
const isObject = (value: unknown) => typeof value === "object" && value !== null;

const count: Check = [isCount, "an integer >= 0"];
const seconds: Check = [Number.isFinite, "a number"];
const losses: Check = [areAll(isLoss), "an array of numbers"];
const objects: Check = [areAll(isObject), "an array of objects"];

const HEADER_CHECKS: Checks = {
  identity: [isText, "a text"],
  arithmetic: [areAll(isText), "an array of texts"],
  group: [(value) => areAll(isCount)(value) && (value as unknown[]).length === 2, "two integers"],
  ...{ epoch: count, position: count, lossSums: losses, seconds, runs: objects },
  log: [(value) => value === undefined || isObject(value), "an object"],
};
const LOG_CHECKS: Checks = { number: count, bytes: count, digest: [isText, "a text"] };
const FRAME_CHECKS: Checks = { epochs: objects, finished: objects };
const FINISHED_CHECKS: Checks = {
  ...{ run: count, state: [isObject, "an object"] },
  diverged: [(value) => value === undefined || isText(value), "a text"],
};
const RUN_CHECKS: Checks = {
  ...{ history: objects, state: [isObject, "an object"] },
  underWay: [(value) => value === undefined || isObject(value), "an object"],
  diverged: [(value) => value === undefined || isText(value), "a text"],
};
const STATE_CHECKS: Checks = { step: count, lengths: [isObject, "an object"] };
const LENGTH_CHECKS: Checks = Object.fromEntries(
  STATE_ARRAYS.map((name) => [name, [areAll(isCount), "an array of integers >= 0"] as const]),
);
const EPOCH_CHECKS: Checks = {
  ...{ epoch: count, seconds, samplesPerSecond: [isLoss, "a number"], loss: [isLoss, "a number"] },
  validationLoss: [(value) => value === undefined || isLoss(value), "a number"],
};

/**
 * Reads the header.
 *
 * @param text The JSON.
 * @param values Number of values behind it, which are those of all arrays.
 * @param fail Throws the error of a damaged checkpoint.
 */
export function parseCheckpointHeader(
  text: string,
  values: number,
  fail: (found: string) => never,
): CheckpointHeader {
  const header = parseJson(text, fail) as CheckpointHeader;
  checkFields(header, HEADER_CHECKS, { fail });
  if (header.log !== undefined) checkFields(header.log, LOG_CHECKS, { place: "log.", fail });
  const { runs } = header;
  runs.forEach((run, i) => {
    checkFields(run, RUN_CHECKS, { place: `runs[${i}].`, fail });
    for (const state of statesOf(run)) checkState(state, { place: `runs[${i}].state.`, fail });
    for (const epoch of run.history) {
      checkFields(epoch, EPOCH_CHECKS, { place: `runs[${i}].history.`, fail });
    }
  });
  checkValues(runs.flatMap((run) => statesOf(run)), values, fail);
  return header;
}

/**
 * Reads the header of a frame of a log, as {@linkcode parseCheckpointHeader} reads that of a checkpoint.
 */
export function parseFrameHeader(
  text: string,
  values: number,
  fail: (found: string) => never,
): FrameHeader {
  const header = parseJson(text, fail) as FrameHeader;
  checkFields(header, FRAME_CHECKS, { fail });
  for (const epochs of header.epochs) {
    checkFields(epochs, { run: count, records: objects }, { place: "epochs.", fail });
    for (const record of epochs.records) {
      checkFields(record, EPOCH_CHECKS, { place: "epochs.", fail });
    }
  }
  for (const run of header.finished) {
    checkFields(run, FINISHED_CHECKS, { place: "finished.", fail });
    checkState(run.state, { place: "finished.state.", fail });
  }
  checkValues(header.finished.map(({ state }) => state), values, fail);
  return header;
}

/** Where a value stands, and how to refuse it. */
interface Place {
  readonly place?: string;
  readonly fail: (found: string) => never;
}

function checkFields(value: unknown, checks: Checks, { place = "", fail }: Place): void {
  for (const [name, [accepts, wanted]] of Object.entries(checks)) {
    const found = (value as Record<string, unknown>)[name];
    if (!accepts(found)) fail(`${place}${name} is ${showValue(found)}, expected ${wanted}`);
  }
}

function checkState(state: StateHeader, { place, fail }: Place): void {
  checkFields(state, STATE_CHECKS, { place, fail });
  checkFields(state.lengths, LENGTH_CHECKS, { place: `${place}lengths.`, fail });
}

function checkValues(
  states: readonly StateHeader[],
  values: number,
  fail: (found: string) => never,
): void {
  const wanted = states
    .flatMap(({ lengths }) => STATE_ARRAYS.flatMap((name) => lengths[name]))
    .reduce((sum, length) => sum + length, 0);
  if (wanted !== values) fail(`it holds ${values} values, expected ${wanted}`);
}

function parseJson(text: string, fail: (found: string) => never): unknown {
  try {
    return Object(JSON.parse(text));
  } catch {
    return fail("its header is no JSON");
  }
}
