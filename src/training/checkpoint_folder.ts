import { freeArray } from "../base/free.ts";
import { ContractError, FormatError, WriteError } from "../errors.ts";
import { removeIfEmpty } from "../files/directory.ts";
import {
  listDirectory,
  openFile,
  pathKind,
  pathOf,
  removeFile,
  writeFileAtomic,
} from "../files/file.ts";
import { takeLock } from "../files/lock.ts";
import { RunLog } from "./_run_log.ts";
import { decodePart, encodePart } from "./checkpoint.ts";
import type { FitCheckpoint, RunCheckpoint } from "./fit_types.ts";

/** How many are kept: if the newest is damaged, the one before it is used. */
const KEPT = 2;
const NAME = /^(\d{6,15})\.checkpoint$/;
/** A log belongs to the checkpoints from its number on, up to the next log. */
const LOG_NAME = /^(\d{6,15})\.log$/;

/** The file that a training locks for as long as it keeps checkpoints in a folder. */
const LOCK = "lock";

/** What {@linkcode CheckpointFolder.load} found. */
export interface LoadedCheckpoint {
  /** The newest checkpoint that is whole. */
  readonly checkpoint: FitCheckpoint;
  /** What is wrong with newer ones: a `FormatError`, or the system's error for one that cannot be read. */
  readonly damaged: readonly Error[];
}

/**
 * A directory that keeps the last two checkpoints. Each is written whole or not at all. The epochs so far and the
 * finished models, which only grow, are in a log in the same directory, to which each checkpoint appends. So a run of
 * many epochs or models writes no more near its end than at its start.
 *
 * A folder that is given as `checkpoint` is locked until that training ends: another one that is given the same directory, in
 * whatever process, is refused.
 *
 * @example A run that is resumed from its folder
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { CheckpointFolder, fit } from "@waka/histone/training";
 * import { deepStrictEqual } from "node:assert";
 * import { mkdtemp } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * const folder = new CheckpointFolder(await mkdtemp(`${tmpdir()}/checkpoints`));
 * const settings = { engine: "wasm", epochs: 2 } as const;
 * const whole = await fit("experiment1", data, { ...settings, checkpoint: folder });
 * const { checkpoint } = (await folder.load())!;
 * const resumed = await fit("experiment1", data, { ...settings, resume: checkpoint });
 * deepStrictEqual(resumed.model.weights, whole.model.weights);
 * await folder.clear();
 * ```
 */
export class CheckpointFolder {
  readonly #path: string;
  /** Numbers of checkpoints that {@linkcode load} found to be damaged. */
  readonly #damaged = new Set<number>();
  /** The log of the last checkpoint that was written or loaded here. */
  #log: { readonly log: RunLog; readonly identity: string } | undefined;

  /**
   * Takes the path of the directory, which need not exist.
   *
   * @throws {TypeError} If it is empty, no text, or an address.
   */
  constructor(path: string) {
    this.#path = pathOf(path);
  }

  /**
   * Locks the directory, which training does before it starts.
   *
   * @returns The lock, which is released when it is disposed of or the process ends.
   * @throws {ContractError} If another training keeps its checkpoints there.
   * @throws {WriteError} If nothing may be written there.
   */
  async take(): Promise<AsyncDisposable> {
    const isNew = await pathKind(this.#path) === undefined;
    const lock = await takeLock(`${this.#path}/${LOCK}`).catch((cause) => {
      if (cause instanceof ContractError) throw cause;
      throw new WriteError(`Cannot write to ${this.#path}: ${cause.message}`, { cause });
    });
    if (lock === undefined) {
      throw new ContractError(
        `Cannot keep checkpoints in ${this.#path}: another training keeps its own there now, expected a folder for each`,
      );
    }
    return {
      [Symbol.asyncDispose]: async () => {
        // A file that remains is harmless: it is not locked any more.
        await lock.release({ remove: true }).catch(() => undefined);
        if (isNew) await removeIfEmpty(this.#path);
      },
    };
  }

  /**
   * Writes a checkpoint and removes all but the last two.
   *
   * @throws {WriteError} If the disk is full or may not be written; older checkpoints then stay.
   */
  async save(checkpoint: FitCheckpoint): Promise<void> {
    const names = await this.#names();
    const [all, logs] = [numbersIn(names, NAME), numbersIn(names, LOG_NAME)];
    // A damaged checkpoint is of no use as the second one.
    const numbers = all.filter((number) => !this.#damaged.has(number));
    const next = (all.at(-1) ?? 0) + 1;
    const log = await this.#logOf(checkpoint, next).append(checkpoint);
    const bytes = await encodePart({ ...withoutLogged(checkpoint), log });
    await writeFileAtomic(this.#file(next), bytes);
    freeArray(bytes);
    const kept = numbers.slice(1 - KEPT);
    for (const number of all) {
      if (kept.includes(number)) continue;
      // A file that cannot be read may not be removable either, and does no harm.
      await removeFile(this.#file(number)).catch((error) => {
        if (!this.#damaged.has(number)) throw error;
      });
    }
    // The logs of the older and of the newer checkpoint are kept; that of a damaged one is of no use.
    const first = logs.findLast((number) => number <= (kept[0] ?? log.number)) ?? log.number;
    for (const number of logs) {
      if (number < first || number > log.number) await removeFile(this.#logFile(number));
    }
  }

  /**
   * Reads the newest checkpoint that is whole.
   *
   * @returns The checkpoint, or `undefined` if the directory has no checkpoint.
   * @throws {FormatError} If all of them are damaged.
   * @throws The system's error, if all are damaged or could not be read: a later attempt may succeed.
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

  /** Whether the directory has no checkpoints. */
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
      // Anything that is not a file was not put there by this package.
      if (await pathKind(file) === "file") await removeFile(file);
    }
    this.#log = undefined;
  }

  /** The log that a checkpoint appends to: a new one unless it is of the same runs as the last. */
  #logOf(checkpoint: FitCheckpoint, next: number): RunLog {
    const { identity } = checkpoint;
    if (this.#log?.identity !== identity || !this.#log.log.precedes(checkpoint)) {
      this.#log = { log: new RunLog(this.#logFile(next), next), identity };
    }
    return this.#log.log;
  }

  /** Reads a checkpoint and its part of the log, to which the next one appends. */
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

/** Whether an error is the program's own, not one of the file or the system. */
function isProgramError(error: Error): boolean {
  return error instanceof TypeError || error instanceof RangeError ||
    error instanceof SyntaxError ||
    error instanceof ReferenceError;
}

/** The numbers of files of a kind, in their order. */
function numbersIn(names: readonly string[], kind: RegExp): number[] {
  return names.flatMap((name) => kind.test(name) ? parseInt(name) : []).sort((a, b) => a - b);
}

/** The part of a checkpoint that its log does not hold: the runs under way, without their epochs. */
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
