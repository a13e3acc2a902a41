/** The JSON in front of a checkpoint's numbers. A digest tells that it is whole, not who wrote it. */

import { showValue } from "../_show_value.ts";
import type { FitCheckpoint, RunCheckpoint } from "./fit_types.ts";

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
};

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
  group: [(value) => areAll(isCount)(value) && (value as unknown[]).length === 2, "two integers"],
  ...{ epoch: count, position: count, lossSums: losses, seconds, runs: objects },
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
  const header = parseJson(text, fail);
  const check = (value: unknown, checks: Checks, place: string) => {
    for (const [name, [accepts, wanted]] of Object.entries(checks)) {
      const found = (value as Record<string, unknown>)[name];
      if (!accepts(found)) fail(`${place}${name} is ${showValue(found)}, expected ${wanted}`);
    }
  };
  check(header, HEADER_CHECKS, "");
  const { runs } = header as CheckpointHeader;
  runs.forEach((run, i) => {
    check(run, RUN_CHECKS, `runs[${i}].`);
    for (const state of statesOf(run)) {
      check(state, STATE_CHECKS, `runs[${i}].state.`);
      check(state.lengths, LENGTH_CHECKS, `runs[${i}].state.lengths.`);
    }
    run.history.forEach((epoch) => check(epoch, EPOCH_CHECKS, `runs[${i}].history.`));
  });
  const wanted = runs.flatMap((run) => statesOf(run))
    .flatMap(({ lengths }) => STATE_ARRAYS.flatMap((name) => lengths[name]))
    .reduce((sum, length) => sum + length, 0);
  if (wanted !== values) fail(`it holds ${values} values, expected ${wanted}`);
  return header as CheckpointHeader;
}

function parseJson(text: string, fail: (found: string) => never): unknown {
  try {
    return Object(JSON.parse(text));
  } catch {
    return fail("its header is no JSON");
  }
}
