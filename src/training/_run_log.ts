/**
 * A log of what grows while runs train: their epochs, and the states of finished runs. It is only appended to: if every
 * checkpoint held all of it, the bytes written would grow with the square of the epochs.
 *
 * The file is a sequence of frames. A frame is the length of its content (8 bytes, little-endian), a SHA-256 digest of
 * the digest before it and the content, and the content: a line of JSON, and the values of states. A checkpoint refers
 * to the log by its length in bytes and its last digest at that time, so anything that a crash left after these bytes
 * does no harm.
 */

import { fromHex, toHex } from "../base/platform.ts";
import { concatenate, sha256 } from "../base/bytes.ts";
import type { SessionState } from "../engine/engine.ts";
import type { FormatError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { openFile } from "../files/file.ts";
import { writeFileAt } from "../files/write_file_at.ts";
import { LINE_FEED } from "../text/characters.ts";
import { type EpochsOfRun, type LogReference, parseFrameHeader } from "./_checkpoint_header.ts";
import { describeState, packStates, stateReader } from "./_states.ts";
import type { EpochRecord, FitCheckpoint, RunCheckpoint } from "./fit_types.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const LENGTH_BYTES = 8;
const DIGEST_BYTES = 32;

/** What a log holds of a run: its history, and its state once it is finished. */
export interface LoggedRun {
  readonly history: EpochRecord[];
  finished?: Omit<RunCheckpoint, "history" | "underWay" | "bestWeights">;
}

/** The number of epochs of a history, and the last as JSON: enough to see that another history continues it. */
interface HistoryEnd {
  readonly epochs: number;
  readonly last: string;
}

/** Makes an error. */
type Fail = (found: string) => FormatError;

/** A log, and how far it was written. */
export class RunLog {
  readonly #path: string;
  readonly #number: number;
  #bytes = 0;
  #digest: Bytes = new Uint8Array(DIGEST_BYTES);
  /** Where the history of each run ends. */
  #ends: readonly HistoryEnd[] = [];
  /** Number of runs whose final states it holds. */
  #finished = 0;

  /** Starts an empty log. `number` distinguishes it from others in its directory. */
  constructor(path: string, number: number) {
    this.#path = path;
    this.#number = number;
  }

  /**
   * Opens a log as far as a checkpoint refers to it; the next frame overwrites what follows.
   *
   * @throws As {@linkcode readRunLog} does.
   */
  static async open(
    path: string,
    reference: LogReference,
    fail: Fail,
  ): Promise<{ readonly log: RunLog; readonly runs: readonly LoggedRun[] }> {
    const log = new RunLog(path, reference.number);
    if (reference.bytes === 0) return { log, runs: [] };
    const source = await openFile(path);
    try {
      const runs = await readRunLog(source, reference, fail);
      log.#bytes = reference.bytes;
      log.#digest = fromHex(reference.digest);
      log.#ends = runs.map(({ history }) => endOf(history));
      log.#finished = runs.filter(({ finished }) => finished !== undefined).length;
      return { log, runs };
    } finally {
      source.close();
    }
  }

  /** Whether a checkpoint continues what the log holds. */
  precedes({ runs, group: [first] }: FitCheckpoint): boolean {
    if (first < this.#finished || runs.length < this.#ends.length) return false;
    return this.#ends.every(({ epochs, last }, run) =>
      // Finished runs do not change.
      run < this.#finished || describeEpoch(runs[run]!.history[epochs - 1]) === last
    );
  }

  /**
   * Appends what a checkpoint has and the log does not.
   *
   * @throws {WriteError} If it cannot be written; the log is as it was then.
   */
  async append({ runs, group: [first] }: FitCheckpoint): Promise<LogReference> {
    const ends = this.#ends.slice();
    const epochs: EpochsOfRun[] = [];
    for (const [run, { history }] of runs.entries()) {
      if (run < this.#finished) continue;
      const records = history.slice(ends[run]?.epochs ?? 0);
      if (records.length > 0) epochs.push({ run, records });
      ends[run] = endOf(history);
    }
    const finished = runs.slice(this.#finished, first);
    if (epochs.length > 0 || finished.length > 0) {
      await this.#write(packFrame(epochs, finished, this.#finished));
      this.#ends = ends;
      this.#finished = first;
    }
    return { number: this.#number, bytes: this.#bytes, digest: toHex(this.#digest) };
  }

  async #write(content: Bytes): Promise<void> {
    const digest = await sha256(concatenate(this.#digest, content));
    const frame = new Uint8Array(LENGTH_BYTES + DIGEST_BYTES + content.length);
    new DataView(frame.buffer).setBigUint64(0, BigInt(content.length), true);
    frame.set(digest, LENGTH_BYTES);
    frame.set(content, LENGTH_BYTES + DIGEST_BYTES);
    await writeFileAt(this.#path, this.#bytes, frame);
    this.#digest = digest;
    this.#bytes += frame.length;
  }
}

function endOf(history: readonly EpochRecord[]): HistoryEnd {
  return { epochs: history.length, last: describeEpoch(history.at(-1)) };
}

function describeEpoch(record: EpochRecord | undefined): string {
  return JSON.stringify(record) ?? "";
}

/**
 * Reads a log as far as a checkpoint refers to it.
 *
 * @param source The log.
 * @param reference How much of it to read.
 * @param fail Makes the error of a damaged log.
 * @returns Its runs, in their order.
 * @throws {FormatError} If it is damaged.
 */
export async function readRunLog(
  source: ByteSource,
  { bytes, digest }: LogReference,
  fail: Fail,
): Promise<LoggedRun[]> {
  const runs: LoggedRun[] = [];
  let chained: Bytes = new Uint8Array(DIGEST_BYTES);
  if (source.size < bytes) throw fail("its log is cut short");
  for (let place = 0; place < bytes;) {
    const start = place + LENGTH_BYTES + DIGEST_BYTES;
    if (start > bytes) throw fail("its log is damaged");
    const head = await source.read(place, LENGTH_BYTES + DIGEST_BYTES);
    const view = new DataView(head.buffer, head.byteOffset);
    const length = Number(view.getBigUint64(0, true));
    if (start + length > bytes) throw fail("its log is damaged");
    const content = await source.read(start, length);
    chained = await sha256(concatenate(chained, content));
    if (chained.some((byte, i) => byte !== head[LENGTH_BYTES + i])) {
      throw fail("its log is damaged");
    }
    readFrame(content, runs, fail);
    place = start + length;
  }
  if (toHex(chained) !== digest) throw fail("its log is that of another run");
  return runs;
}

function packFrame(
  epochs: readonly EpochsOfRun[],
  runs: readonly RunCheckpoint[],
  first: number,
): Bytes {
  const finished = runs.map(({ state, geneEffects, diverged, training }, i) => {
    return { run: first + i, state: describeState(state), geneEffects, diverged, training };
  });
  const states: SessionState[] = runs.map(({ state }) => state);
  return packStates(JSON.stringify({ epochs, finished }), states);
}

function readFrame(
  content: Bytes,
  runs: LoggedRun[],
  fail: Fail,
): void {
  const end = content.indexOf(LINE_FEED);
  if (end < 0) throw fail("its log is damaged");
  const text = new TextDecoder().decode(content.subarray(0, end));
  const { epochs, finished } = parseFrameHeader(text, (content.length - end - 1) / 4, (found) => {
    throw fail(`its log: ${found}`);
  });
  const runOf = (run: number): LoggedRun => {
    // Runs are in their order.
    if (run > runs.length) throw fail(`its log: run ${run} comes after ${runs.length} runs`);
    return runs[run] ??= { history: [] };
  };
  for (const { run, records } of epochs) {
    const { history } = runOf(run);
    // JSON leaves out what is undefined.
    for (const record of records) {
      history.push({ ...record, validationLoss: record.validationLoss });
    }
  }
  const readState = stateReader(content, end + 1);
  for (const { run, state, ...rest } of finished) {
    runOf(run).finished = { ...rest, state: readState(state) };
  }
}
