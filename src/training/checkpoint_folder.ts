import { freeArray } from "../base/free.ts";
import { FormatError } from "../errors.ts";
import { listDirectory, openFile, pathKind, removeFile, writeFileAtomic } from "../files/file.ts";
import { RunLog } from "./_run_log.ts";
import { decodePart, encodePart } from "./checkpoint.ts";
import type { FitCheckpoint, RunCheckpoint } from "./fit_types.ts";

/** How many are kept: should the newest be damaged, there is the one before. */
const KEPT = 2;
const NAME = /^(\d{6,15})\.checkpoint$/;
/** A log belongs to the checkpoints from its number on, up to the next log. */
const LOG_NAME = /^(\d{6,15})\.log$/;

/** What {@linkcode CheckpointFolder.load} found. */
export interface LoadedCheckpoint {
  /** The newest checkpoint that is whole. */
  readonly checkpoint: FitCheckpoint;
  /** What was wrong with newer ones: a `FormatError`, or what the system said of one that cannot be read. */
  readonly damaged: readonly Error[];
}

/**
 * A directory of checkpoints, of which the last two are kept. Each is written whole or not at all. What only grows, the
 * epochs so far and the models that are finished, stands in a log beside them, to which each appends: a run of many
 * epochs or models writes no more in its end than in its beginning.
 */
export class CheckpointFolder {
  readonly #path: string;
  /** Those that {@linkcode load} found to be damaged. */
  readonly #damaged = new Set<number>();
  /** The log of the last checkpoint that was written or loaded here. */
  #log: { readonly log: RunLog; readonly identity: string } | undefined;

  /** `path` is the directory; it need not be there. */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Writes a checkpoint and removes all but the last two.
   *
   * @throws {WriteError} If the disk is full or may not be written; older checkpoints then stay.
   */
  async save(checkpoint: FitCheckpoint): Promise<void> {
    const names = await this.#names();
    const [all, logs] = [numbersIn(names, NAME), numbersIn(names, LOG_NAME)];
    // A damaged one is no second to fall back on.
    const numbers = all.filter((number) => !this.#damaged.has(number));
    const next = (all.at(-1) ?? 0) + 1;
    const log = await this.#logOf(checkpoint, next).append(checkpoint);
    const bytes = await encodePart({ ...withoutLogged(checkpoint), log });
    await writeFileAtomic(this.#file(next), bytes);
    freeArray(bytes);
    const kept = numbers.slice(1 - KEPT);
    for (const number of all) {
      if (kept.includes(number)) continue;
      // What cannot be read may not be removable either, and does no harm.
      await removeFile(this.#file(number)).catch((error) => {
        if (!this.#damaged.has(number)) throw error;
      });
    }
    // Kept are that of the older checkpoint and that of the newer; what a damaged one had is of no use.
    const first = logs.findLast((number) => number <= (kept[0] ?? log.number)) ?? log.number;
    for (const number of logs) {
      if (number < first || number > log.number) await removeFile(this.#logFile(number));
    }
  }

  /**
   * Reads the newest checkpoint that is whole, or `undefined` where there is none.
   *
   * @throws {FormatError} If all of them are damaged. If one of them could not be read, which may pass, then with what
   * the system said of it.
   */
  async load(): Promise<LoadedCheckpoint | undefined> {
    const damaged: Error[] = [];
    for (const number of (await this.#numbers()).toReversed()) {
      try {
        return { checkpoint: await this.#read(number), damaged };
      } catch (error) {
        if (!(error instanceof Error) || isProgramError(error)) throw error;
        damaged.push(error);
        this.#damaged.add(number);
      }
    }
    if (damaged.length === 0) return undefined;
    throw damaged.find((error) => !(error instanceof FormatError)) ?? damaged[0];
  }

  /** Whether there is none. */
  async isEmpty(): Promise<boolean> {
    return (await this.#numbers()).length === 0;
  }

  /** Removes all checkpoints: the run is finished. */
  async clear(): Promise<void> {
    const names = await this.#names();
    const files = [
      ...numbersIn(names, NAME).map((number) => this.#file(number)),
      ...numbersIn(names, LOG_NAME).map((number) => this.#logFile(number)),
    ];
    for (const file of files) {
      // What is no file was put there by others.
      if (await pathKind(file) === "file") await removeFile(file);
    }
    this.#log = undefined;
  }

  /** The log that a checkpoint goes on with: a new one unless it is of the same runs as the last. */
  #logOf(checkpoint: FitCheckpoint, next: number): RunLog {
    const { identity } = checkpoint;
    if (this.#log?.identity !== identity || !this.#log.log.precedes(checkpoint)) {
      this.#log = { log: new RunLog(this.#logFile(next), next), identity };
    }
    return this.#log.log;
  }

  /** Reads a checkpoint and what its log has of it, to which the next one is appended. */
  async #read(number: number): Promise<FitCheckpoint> {
    const file = this.#file(number);
    const { log: reference, ...checkpoint } = await decodePart(await readWhole(file), file);
    if (reference === undefined) return checkpoint;
    const path = this.#logFile(reference.number);
    const fail = (found: string) =>
      new FormatError(`Cannot read checkpoint: ${found}`, { file: path });
    if (await pathKind(path) === undefined && reference.bytes > 0) throw fail("its log is missing");
    const { log, runs: logged } = await RunLog.open(path, reference, fail);
    const [first] = checkpoint.group;
    const finished = logged.slice(0, first).map(({ history, finished }): RunCheckpoint => {
      if (finished === undefined) throw fail("its log lacks the state of a run");
      return { ...finished, history };
    });
    if (finished.length < first) throw fail("its log lacks a run");
    const runs = checkpoint.runs.map((run, i) => {
      return { ...run, history: logged[first + i]?.history ?? [] };
    });
    this.#log = { log, identity: checkpoint.identity };
    return { ...checkpoint, runs: [...finished, ...runs] };
  }

  async #numbers(): Promise<number[]> {
    return numbersIn(await this.#names(), NAME);
  }

  async #names(): Promise<readonly string[]> {
    return await pathKind(this.#path) === "directory" ? await listDirectory(this.#path) : [];
  }

  #logFile(number: number): string {
    return `${this.#path}/${String(number).padStart(6, "0")}.log`;
  }

  #file(number: number): string {
    return `${this.#path}/${String(number).padStart(6, "0")}.checkpoint`;
  }
}

/** Whether an error is none of the file and the system that it lies on. */
function isProgramError(error: Error): boolean {
  return error instanceof TypeError || error instanceof RangeError ||
    error instanceof SyntaxError ||
    error instanceof ReferenceError;
}

/** The numbers of files of a kind, in their order. */
function numbersIn(names: readonly string[], kind: RegExp): number[] {
  return names.flatMap((name) => kind.test(name) ? parseInt(name) : []).sort((a, b) => a - b);
}

/** What a log does not hold: the runs under way, without their epochs. */
function withoutLogged(checkpoint: FitCheckpoint): FitCheckpoint {
  const runs = checkpoint.runs.slice(checkpoint.group[0]);
  return { ...checkpoint, runs: runs.map((run) => ({ ...run, history: [] })) };
}

async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const source = await openFile(path);
  try {
    return await source.read(0, source.size);
  } finally {
    source.close?.();
  }
}
