import { PbfWriter } from "pbf";
import { encodeTfRecord } from "./_tf_record.ts";
import type { EpochRecord } from "./fit_types.ts";

/** Field numbers of TensorFlow's `event.proto` and `summary.proto`. */
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simpleValue: 2 } as const;

/** Numbers of one moment of a run, for {@linkcode encodeScalars}. */
export interface ScalarEvent {
  /** When they were measured: seconds since 1970, with fractions. */
  readonly wallTime: number;
  /** Their place on the horizontal axis, an integer ≥ 0; here the number of the epoch, from 1. */
  readonly step: number;
  /**
   * Value by tag, such as `loss/train`: TensorBoard groups charts by what stands before the slash. Stored as
   * float32; NaN and infinities are kept, and TensorBoard marks them.
   */
  readonly scalars: Readonly<Record<string, number>>;
}

/**
 * Names an event file so that TensorBoard finds it: `events.out.tfevents.{seconds}.{name}`. Each directory
 * that holds one is a separate run in TensorBoard, named after the directory.
 *
 * @param wallTime When the run began: seconds since 1970.
 * @param name The machine's or the run's name.
 * @returns The file's name.
 * @throws {RangeError} If `wallTime` is negative or not finite, or `name` is empty or has a slash.
 *
 * @example The file of a run
 * ```ts
 * import { eventFileName } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(eventFileName(1_700_000_000.5, "waka"), "events.out.tfevents.1700000000.waka");
 * ```
 */
export function eventFileName(wallTime: number, name: string): string {
  checkWallTime(wallTime);
  if (name === "" || /[/\\]/.test(name)) {
    throw new RangeError(
      `Cannot name an event file: the name is "${name}", expected one without slashes`,
    );
  }
  // Ten digits, since TensorBoard reads the files of a run in the order of their names.
  return `events.out.tfevents.${String(Math.floor(wallTime)).padStart(10, "0")}.${name}`;
}

/**
 * Encodes the record that an event file begins with.
 *
 * @param wallTime When the run began: seconds since 1970.
 * @returns The file's first bytes; append those of {@linkcode encodeScalars}.
 * @throws {RangeError} If `wallTime` is negative or not finite.
 *
 * @example The record names the version
 * ```ts
 * import { encodeFileVersion } from "@waka/histone/training";
 * import { match } from "node:assert";
 *
 * match(new TextDecoder().decode(encodeFileVersion(1_700_000_000)), /brain\.Event:2/);
 * ```
 */
export function encodeFileVersion(wallTime: number): Uint8Array<ArrayBuffer> {
  return encodeEvent(
    wallTime,
    (event) => event.writeStringField(EVENT.fileVersion, "brain.Event:2"),
  );
}

/**
 * Encodes scalars as one record of an event file: a TFRecord that holds an `Event` message with a `Summary`
 * (TensorFlow's `event.proto` and `summary.proto`).
 *
 * @param event The scalars, their step and time.
 * @returns Bytes to append to a file that {@linkcode encodeFileVersion} began.
 * @throws {RangeError} If `step` is not an integer ≥ 0, or `wallTime` is negative or not finite.
 *
 * @example An event file of one epoch
 * ```ts
 * import { encodeFileVersion, encodeScalars, eventFileName } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const wallTime = 1_700_000_000;
 * strictEqual(eventFileName(wallTime, "waka"), "events.out.tfevents.1700000000.waka");
 * const file = new Blob([
 *   encodeFileVersion(wallTime),
 *   encodeScalars({ wallTime: wallTime + 60, step: 1, scalars: { "loss/train": 3.26 } }),
 * ]);
 * strictEqual(file.size, 40 + 48);
 * ```
 */
export function encodeScalars(event: ScalarEvent): Uint8Array<ArrayBuffer> {
  const { wallTime, step, scalars } = event;
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new RangeError(`Cannot encode scalars: the step is ${step}, expected an integer >= 0`);
  }
  return encodeEvent(wallTime, (message) => {
    message.writeVarintField(EVENT.step, step);
    message.writeMessage(EVENT.summary, writeSummary, scalars);
  });
}

/**
 * Puts an epoch's numbers under the tags that this package's commands use: `loss/train`, `loss/validation` if there was
 * validation, `learning_rate` and `samples_per_second`.
 *
 * @param record The finished epoch.
 * @param learningRate Learning rate of the epoch.
 * @returns Value by tag, for {@linkcode encodeScalars}.
 *
 * @example An epoch without validation
 * ```ts
 * import { epochScalars } from "@waka/histone/training";
 * import { deepStrictEqual } from "node:assert";
 *
 * const record = { epoch: 1, loss: 3.5, validationLoss: undefined, seconds: 2, samplesPerSecond: 500 };
 * deepStrictEqual(epochScalars(record, 0.001), {
 *   "loss/train": 3.5,
 *   learning_rate: 0.001,
 *   samples_per_second: 500,
 * });
 * ```
 */
export function epochScalars(record: EpochRecord, learningRate: number): Record<string, number> {
  const { loss, validationLoss, samplesPerSecond } = record;
  return {
    "loss/train": loss,
    ...(validationLoss === undefined ? {} : { "loss/validation": validationLoss }),
    learning_rate: record.learningRate ?? learningRate,
    samples_per_second: samplesPerSecond,
  };
}

function encodeEvent(
  wallTime: number,
  writeRest: (event: PbfWriter) => void,
): Uint8Array<ArrayBuffer> {
  checkWallTime(wallTime);
  const event = new PbfWriter();
  event.writeDoubleField(EVENT.wallTime, wallTime);
  writeRest(event);
  return encodeTfRecord(event.finish());
}

function writeSummary(scalars: Readonly<Record<string, number>>, summary: PbfWriter): void {
  for (const scalar of Object.entries(scalars)) {
    summary.writeMessage(SUMMARY.value, writeValue, scalar);
  }
}

function writeValue([tag, value]: [string, number], message: PbfWriter): void {
  message.writeStringField(VALUE.tag, tag);
  // TensorBoard turns a simple value into its scalars plugin's tensor as it reads.
  message.writeFloatField(VALUE.simpleValue, value);
}

function checkWallTime(wallTime: number): void {
  if (!Number.isFinite(wallTime) || wallTime < 0) {
    throw new RangeError(
      `Cannot encode an event: the time is ${wallTime}, expected seconds since 1970`,
    );
  }
}
