/** The JSON in front of a checkpoint's numbers. A digest tells that it is whole, not who wrote it. */

import { type Field, field, integer, number, optional, readValue, text } from "../base/field.ts";
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

const count = integer(0);
// A loss that is infinite or not a number is null in JSON.
const loss: Field<number> = field(
  (value) => value === null || Number.isFinite(value),
  "a number",
);
const counts = arrayOf(count, { items: "integers >= 0" });
/** As `encodeGeneEffects` made them; whoever uses them checks them. */
const geneEffects: Field<unknown> = field(() => true, "gene effects");
const OTHERS = { others: "leave out" } as const;

const STATE: Field<StateHeader> = object({
  step: count,
  lengths: object({ weights: counts, firstMoments: counts, secondMoments: counts }, OTHERS),
}, OTHERS);

const EPOCH = object({
  epoch: count,
  loss,
  validationLoss: optional(loss),
  seconds: number,
  samplesPerSecond: loss,
}, OTHERS);
const EPOCHS = arrayOf(EPOCH, { items: "objects" });

const RUN = object({
  state: STATE,
  underWay: optional(STATE),
  history: EPOCHS,
  geneEffects: optional(geneEffects),
  diverged: optional(text),
}, OTHERS);

const HEADER = object({
  identity: text,
  arithmetic: arrayOf(text, { items: "texts" }),
  group: arrayOf(count, { least: 2, most: 2, items: "integers" }),
  epoch: count,
  position: count,
  lossSums: arrayOf(loss, { items: "numbers" }),
  seconds: number,
  runs: arrayOf(RUN, { items: "objects" }),
  log: optional(object({ number: count, bytes: count, digest: text }, OTHERS)),
}, OTHERS);

const FRAME = object({
  epochs: arrayOf(object({ run: count, records: EPOCHS }, OTHERS), { items: "objects" }),
  finished: arrayOf(
    object({
      run: count,
      state: STATE,
      geneEffects: optional(geneEffects),
      diverged: optional(text),
    }, OTHERS),
    { items: "objects" },
  ),
}, OTHERS);

/**
 * Reads the header.
 *
 * @param json The JSON.
 * @param values Number of values that follow it, which are those of all arrays.
 * @param fail Throws the error of a damaged checkpoint.
 * @returns The header.
 */
export function parseCheckpointHeader(
  json: string,
  values: number,
  fail: (found: string) => never,
): CheckpointHeader {
  // Absent and undefined are the same in an epoch's record.
  const header = readValue(parseJson(json, fail), HEADER, { fail }) as unknown as CheckpointHeader;
  checkValues(header.runs.flatMap((run) => statesOf(run)), values, fail);
  return header;
}

/**
 * Reads the header of a frame of a log, as {@linkcode parseCheckpointHeader} reads that of a checkpoint.
 *
 * @param json The JSON.
 * @param values Number of values that follow it, which are those of all arrays.
 * @param fail Throws the error of a damaged log.
 * @returns The header.
 */
export function parseFrameHeader(
  json: string,
  values: number,
  fail: (found: string) => never,
): FrameHeader {
  const header = readValue(parseJson(json, fail), FRAME, { fail }) as unknown as FrameHeader;
  checkValues(header.finished.map(({ state }) => state), values, fail);
  return header;
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
