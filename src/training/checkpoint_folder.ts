import { freeArray } from "../_free.ts";
import { FormatError } from "../errors.ts";
import { listDirectory, openFile, pathKind, removeFile, writeFileAtomic } from "../io/file.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { FitCheckpoint } from "./fit_types.ts";

/** How many are kept: should the newest be damaged, there is the one before. */
const KEPT = 2;
const NAME = /^(\d{6,15})\.checkpoint$/;

/** What {@linkcode CheckpointFolder.load} found. */
export interface LoadedCheckpoint {
  /** The newest checkpoint that is whole. */
  readonly checkpoint: FitCheckpoint;
  /** What was wrong with newer ones: a `FormatError`, or what the system said of one that cannot be read. */
  readonly damaged: readonly Error[];
}

/** A directory of checkpoints, of which the last two are kept. Each is written whole or not at all. */
export class CheckpointFolder {
  readonly #path: string;
  /** Those that {@linkcode load} found to be damaged. */
  readonly #damaged = new Set<number>();

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
    const all = await this.#numbers();
    // A damaged one is no second to fall back on.
    const numbers = all.filter((number) => !this.#damaged.has(number));
    const next = (all.at(-1) ?? 0) + 1;
    const bytes = await encodeCheckpoint(checkpoint);
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
        const file = this.#file(number);
        return { checkpoint: await decodeCheckpoint(await readWhole(file), file), damaged };
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
    for (const number of await this.#numbers()) {
      // What is no file was put there by others.
      if (await pathKind(this.#file(number)) === "file") await removeFile(this.#file(number));
    }
  }

  async #numbers(): Promise<number[]> {
    if (await pathKind(this.#path) !== "directory") return [];
    const names = await listDirectory(this.#path);
    return names.flatMap((name) => NAME.test(name) ? parseInt(name) : []).sort((a, b) => a - b);
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

async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const source = await openFile(path);
  try {
    return await source.read(0, source.size);
  } finally {
    source.close?.();
  }
}
