/** The JSON before a checkpoint's numbers. A digest shows that it is whole, not who wrote it. */

import { field, integer, number, numberOrNull, optional, readValue, text } from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
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
export type RunHeader = Omit<RunCheckpoint, "state" | "underWay" | "bestWeights"> & {
  readonly state: StateHeader;
  readonly underWay?: StateHeader;
  /** The best weights, as a state without moments. */
  readonly best?: StateHeader;
};

/** The states of a run, in the order of their values. */
export function statesOf<State>(
  { state, underWay, best }: {
    readonly state: State;
    readonly underWay?: State | undefined;
    readonly best?: State | undefined;
  },
): State[] {
  return [state, underWay, best].filter((found) => found !== undefined);
}

/** A checkpoint without its numbers. */
export type CheckpointHeader = Omit<FitCheckpoint, "runs"> & {
  readonly runs: readonly RunHeader[];
  readonly log?: LogReference;
};

/** Refers to the log that holds the rest of a checkpoint: the epochs of all runs, and the runs that are finished. */
export interface LogReference {
  /** Number that distinguishes the log from others in its directory. */
  readonly number: number;
  /** How much of it was written. */
  readonly bytes: number;
  /** The last digest in it, as hexadecimal digits. */
  readonly digest: string;
}

/** Epochs of a run that follow those in earlier frames. */
export interface EpochsOfRun {
  readonly run: number;
  readonly records: readonly EpochRecord[];
}

/** The JSON of a frame of a log. */
export interface FrameHeader {
  readonly epochs: readonly EpochsOfRun[];
  readonly finished: readonly (Omit<RunHeader, "history" | "underWay" | "best"> & {
    readonly run: number;
  })[];
}

const COUNT = integer(0);
// A loss that is infinite or NaN is null in JSON.
const EPOCH = object({
  epoch: COUNT,
  loss: numberOrNull,
  validationLoss: optional(numberOrNull),
  learningRate: optional(number),
  seconds: number,
  samplesPerSecond: numberOrNull,
}, { others: "leave out" });
const STATE = object({
  step: COUNT,
  lengths: object({
    weights: arrayOf(COUNT),
    firstMoments: arrayOf(COUNT),
    secondMoments: arrayOf(COUNT),
  }),
});
/** What `encodeGeneEffects` made of them; its own reader checks them. */
const GENE_EFFECTS = optional(field(() => true, "gene effects"));
/** How runs are trained; whoever makes a model of them checks it. */
const PLAN = optional(field(() => true, "plain data"));
const RUN = object({
  state: STATE,
  underWay: optional(STATE),
  best: optional(STATE),
  history: arrayOf(EPOCH),
  geneEffects: GENE_EFFECTS,
  diverged: optional(text),
  training: PLAN,
}, { others: "leave out" });
const RANGE = field<readonly [first: number, end: number]>(
  (value) => Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger),
  "two integers",
);
const HEADER = object({
  identity: text,
  spec: PLAN,
  record: PLAN,
  arithmetic: arrayOf(text, { items: "texts" }),
  group: RANGE,
  part: optional(RANGE),
  epoch: COUNT,
  position: COUNT,
  lossSums: arrayOf(numberOrNull, { items: "numbers" }),
  seconds: number,
  runs: arrayOf(RUN, { items: "objects" }),
  log: optional(object({ number: COUNT, bytes: COUNT, digest: text })),
}, { others: "leave out" });
const FRAME = object({
  epochs: arrayOf(object({ run: COUNT, records: arrayOf(EPOCH) }), { items: "objects" }),
  finished: arrayOf(
    object({
      run: COUNT,
      state: STATE,
      geneEffects: GENE_EFFECTS,
      diverged: optional(text),
      training: PLAN,
    }),
    { items: "objects" },
  ),
});

/**
 * Reads the header.
 *
 * @param header The JSON.
 * @param values Number of values that follow it, which are those of all arrays.
 * @param fail Throws the error of a damaged checkpoint.
 * @returns The checkpoint without its numbers.
 */
export function parseCheckpointHeader(
  header: string,
  values: number,
  fail: (found: string) => never,
): CheckpointHeader {
  const parsed = readValue(parseJson(header, fail), HEADER, { fail }) as CheckpointHeader;
  checkValues(parsed.runs.flatMap((run) => statesOf(run)), values, fail);
  return parsed;
}

/**
 * Reads the header of a frame of a log, as {@linkcode parseCheckpointHeader} reads that of a checkpoint.
 *
 * @param header The JSON.
 * @param values Number of values that follow it.
 * @param fail Throws the error of a damaged log.
 * @returns The frame without its numbers.
 */
export function parseFrameHeader(
  header: string,
  values: number,
  fail: (found: string) => never,
): FrameHeader {
  const parsed = readValue(parseJson(header, fail), FRAME, { fail }) as FrameHeader;
  checkValues(parsed.finished.map(({ state }) => state), values, fail);
  return parsed;
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

function parseJson(json: string, fail: (found: string) => never): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return fail("its header is not JSON");
  }
}
