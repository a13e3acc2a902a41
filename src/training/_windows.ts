/** Samples that an engine is given window by window, since they do not all fit into memory. */

import { longestLength, type PackedArray } from "../base/arrays.ts";
import { sharedBuffer } from "../base/shared_memory.ts";
import { untilAborted } from "../base/until_aborted.ts";
import type { SampleSource } from "../engine/sample_source.ts";
import { bytesOfType, viewPacked } from "../io/packing.ts";
import type { StoredSignal } from "../io/stored_signal.ts";
import { layOut, type WindowLayout } from "./_window_layout.ts";

/** Chunks that are read at the same time: reading one waits for the disk, decoding another does not. */
const READ_TOGETHER = 4;

/** For so long a read that is given up may still end by itself; one of a server that does not answer never does. */
const PATIENCE_MS = 200;

/** Bytes of the signal of a window where no number of samples is given, as in predictions. */
const WINDOW_BYTES = 2 ** 25;

/** How some samples of a source are taken into memory. */
export interface WindowReader {
  /** The signal that is read. */
  readonly signal: StoredSignal;
  /**
   * Makes a source of samples whose signal is in memory.
   *
   * @param rows Their rows in the columns.
   * @param signal Theirs, `[row, bin, mark]`.
   */
  readonly makeSource: (rows: Uint32Array, signal: PackedArray) => SampleSource;
}

const readers = new WeakMap<SampleSource, WindowReader>();

/** Says that a source is to be taken into memory window by window. */
export function setWindowReader(source: SampleSource, reader: WindowReader): void {
  readers.set(source, reader);
}

/** Whether a source is to be taken into memory window by window. */
export function hasWindows(source: SampleSource): boolean {
  return readers.has(source);
}

/** Samples as engines take them: all of a source, or some in memory. */
export interface LoadedWindow {
  readonly source: SampleSource;
  /** Rows of the source for each member. */
  readonly rows: readonly Uint32Array[];
  /** The position of the first of them in the members' lists. */
  readonly start: number;
  /** The position after the last. */
  readonly end: number;
}

/** Which samples are wanted. */
export interface WindowRequest {
  /** All samples. */
  readonly source: SampleSource;
  /**
   * Samples of a window, of each member, if they are not in memory.
   *
   * @default {those whose signal takes 32 MiB}
   */
  readonly size?: number | undefined;
  /** For each member, rows of the source. */
  readonly rows: readonly Uint32Array[];
  /** A position of the first window that is wanted; the whole window is loaded. */
  readonly from?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Loads lists of rows window by window, each ahead of the time when it is asked for. What the last window holds is
 * overwritten from the time that the next but one is asked for. Samples in memory are one window.
 *
 * @param request The samples and their rows.
 * @returns The windows in their order; none if there are no rows.
 * @throws {FormatError} If what is stored is damaged or lost.
 */
export async function* eachWindow(
  { source, rows, from = 0, signal, ...wanted }: WindowRequest,
): AsyncGenerator<LoadedWindow, void, undefined> {
  const longest = longestLength(rows);
  const reader = readers.get(source);
  if (reader === undefined) {
    if (from < longest) yield { source, rows, start: 0, end: longest };
    return;
  }
  const { size = usualSize(reader.signal) } = wanted;
  const loader = new WindowLoader(reader);
  const ended = new AbortController();
  const giveUp = () => ended.abort(signal!.reason);
  signal?.throwIfAborted();
  signal?.addEventListener("abort", giveUp);
  const load = (start: number) => {
    if (start >= longest) return undefined;
    const loaded = loader.load(rows, { start, end: start + size, signal: ended.signal });
    // Whether it failed is seen when it is asked for.
    loaded.catch(() => {});
    return loaded;
  };
  let start = from - from % size;
  let next = load(start);
  try {
    while (next !== undefined) {
      const window: LoadedWindow = await next;
      start += size;
      next = load(start);
      yield window;
    }
  } finally {
    signal?.removeEventListener("abort", giveUp);
    ended.abort();
    await next?.catch(() => {});
    loader.release();
  }
}

function usualSize({ type, rowSize }: StoredSignal): number {
  return Math.max(1, Math.floor(WINDOW_BYTES / (rowSize * bytesOfType(type))));
}

/**
 * Memory of windows that ended, for the next ones: an epoch would wait for the garbage collector of each thread to let go of
 * that of the one before.
 */
const unused = new WeakMap<StoredSignal, ArrayBufferLike[]>();

/** Reads windows into two pieces of memory in turn. */
class WindowLoader {
  readonly #reader: WindowReader;
  readonly #buffers: ArrayBufferLike[] = [];
  #loads = 0;

  constructor(reader: WindowReader) {
    this.#reader = reader;
  }

  /** Leaves the memory to others, after the last window is no longer needed. */
  release(): void {
    const { signal } = this.#reader;
    unused.set(signal, [...unused.get(signal) ?? [], ...this.#buffers]);
    this.#buffers.length = 0;
  }

  /** Loads a part of each member's list. Members share the samples that several of them want. */
  async load(
    lists: readonly Uint32Array[],
    { start, end, signal }: {
      readonly start: number;
      readonly end: number;
      readonly signal: AbortSignal;
    },
  ): Promise<LoadedWindow> {
    const parts = lists.map((list) => list.subarray(start, end));
    const layout = layOut(parts, this.#reader.signal.chunkStarts);
    const values = this.#takeMemory(layout.rows.length);
    await this.#read(layout, values, signal);
    return {
      source: this.#reader.makeSource(layout.rows, values),
      rows: layout.local,
      start,
      end: Math.min(end, longestLength(lists)),
    };
  }

  /** The memory of the last window but one, or more. */
  #takeMemory(rows: number): PackedArray {
    const { signal: { type, rowSize } } = this.#reader;
    const turn = this.#loads++ % 2;
    const bytes = rows * rowSize * bytesOfType(type);
    const known = this.#buffers[turn];
    const buffer = known !== undefined && known.byteLength >= bytes ? known : this.#take(bytes);
    this.#buffers[turn] = buffer;
    return viewPacked(type, buffer, rows * rowSize);
  }

  /** Memory that is large enough: what others left, else new. What is too small is let go of. */
  #take(bytes: number): ArrayBufferLike {
    const { signal } = this.#reader;
    const left = (unused.get(signal) ?? []).filter(({ byteLength }) => byteLength >= bytes);
    const found = left.pop();
    unused.set(signal, left);
    return found ?? sharedBuffer(bytes);
  }

  /** Reads the chunks of some rows, each once, and copies the rows to their places. */
  async #read(
    { rows, chunks, starts }: WindowLayout,
    values: PackedArray,
    signal: AbortSignal,
  ): Promise<void> {
    const { chunkStarts, rowSize } = this.#reader.signal;
    let reached = 0;
    const readSome = async () => {
      while (reached < chunks.length) {
        const place = reached++;
        const chunk = chunks[place]!;
        const reading = this.#reader.signal.readChunk(chunk, { signal });
        const content = await untilAborted(reading, { signal, patienceMs: PATIENCE_MS });
        signal.throwIfAborted();
        const [first, end] = [starts[place]!, starts[place + 1]!];
        copyRows(rows, { first, end, content, contentRow: chunkStarts[chunk]!, values, rowSize });
      }
    };
    const ends = await Promise.allSettled(
      Array.from({ length: READ_TOGETHER }, () =>
        readSome().catch((error) => {
          // The others do not begin another chunk.
          reached = chunks.length;
          throw error;
        })),
    );
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }
}

/** Copies rows from `first` to `end` of a window out of a chunk, those that follow each other together. */
function copyRows(
  rows: Uint32Array,
  { first, end, content, contentRow, values, rowSize }: {
    readonly first: number;
    readonly end: number;
    readonly content: PackedArray;
    readonly contentRow: number;
    readonly values: PackedArray;
    readonly rowSize: number;
  },
): void {
  for (let start = first; start < end;) {
    let next = start + 1;
    while (next < end && rows[next] === rows[next - 1]! + 1) next++;
    const at = (rows[start]! - contentRow) * rowSize;
    values.set(content.subarray(at, at + (next - start) * rowSize), start * rowSize);
    start = next;
  }
}
