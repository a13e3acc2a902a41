/**
 * Reads samples of a signal, wherever it is. Chunks of signal that is stored are kept for a while, in memory whose size has
 * a limit.
 *
 * @module
 */

import type { PackedArray } from "../base/arrays.ts";
import { untilAborted } from "../base/until_aborted.ts";
import type { AbortOptions } from "../progress.ts";
import { bytesOfType } from "./packing.ts";
import { isStored, type StoredSignal } from "./stored_signal.ts";

/** Bytes of chunks that are kept of each stored signal; the chunk that was read last is always kept. */
export const KEPT_CHUNK_BYTES = 64 * 2 ** 20;

/** Some consecutive samples of a signal. */
export interface SignalSpan {
  /** Their values, `[row of the span, bin, mark]`; not to be changed. */
  readonly values: PackedArray;
  /** Row of the first. */
  readonly first: number;
  /** Row after the last. */
  readonly end: number;
}

/**
 * The chunk in which a row is.
 *
 * @param signal A stored signal.
 * @param row From 0 to the number of rows − 1.
 * @returns The chunk's number.
 */
export function chunkOfRow({ chunkStarts }: StoredSignal, row: number): number {
  let [low, high] = [0, chunkStarts.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (chunkStarts[middle]! <= row) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Goes through a signal from its first sample to its last, each chunk of a stored one read once.
 *
 * @param signal The signal of columns.
 * @param rowSize Values of a sample.
 * @returns Spans that follow each other: one of the whole array, or one of each chunk.
 */
export function* signalSpans(
  signal: PackedArray | StoredSignal,
  rowSize: number,
): Generator<SignalSpan, void, undefined> {
  if (!isStored(signal)) {
    yield { values: signal, first: 0, end: signal.length / rowSize };
    return;
  }
  const { chunkStarts } = signal;
  for (let chunk = 0; chunk < chunkStarts.length - 1; chunk++) {
    const [first, end] = [chunkStarts[chunk]!, chunkStarts[chunk + 1]!];
    if (first < end) yield { values: chunksOf(signal).peek(chunk), first, end };
  }
}

/**
 * The values of one sample.
 *
 * @param signal The signal of columns.
 * @param row Which sample.
 * @param rowSize Values of a sample.
 * @returns `[bin, mark]`, not to be changed. It stays as it is when others are read.
 */
export function signalOfRow(
  signal: PackedArray | StoredSignal,
  row: number,
  rowSize: number,
): PackedArray {
  if (!isStored(signal)) return signal.subarray(row * rowSize, (row + 1) * rowSize);
  const chunk = chunkOfRow(signal, row);
  const at = (row - signal.chunkStarts[chunk]!) * rowSize;
  return chunksOf(signal).read(chunk).subarray(at, at + rowSize);
}

/**
 * The places of rows in an order in which each chunk of a stored signal is read once: chunk by chunk, within one as they
 * are given. For a signal in memory it is the order in which they are given.
 *
 * @param signal The signal of columns.
 * @param rows Rows of samples.
 * @returns `[rows.length]`: places in `rows`.
 */
export function placesByChunk(
  signal: PackedArray | StoredSignal,
  rows: ArrayLike<number>,
): Uint32Array<ArrayBuffer> {
  const places = new Uint32Array(rows.length);
  if (!isStored(signal)) {
    for (let place = 0; place < places.length; place++) places[place] = place;
    return places;
  }
  // A counting sort keeps the order within a chunk.
  const ends = new Uint32Array(signal.chunkStarts.length + 1);
  const chunks = new Uint32Array(rows.length);
  for (let place = 0; place < rows.length; place++) {
    chunks[place] = chunkOfRow(signal, rows[place]!);
    ends[chunks[place]! + 1]!++;
  }
  for (let chunk = 1; chunk < ends.length; chunk++) ends[chunk]! += ends[chunk - 1]!;
  for (let place = 0; place < rows.length; place++) places[ends[chunks[place]!]!++] = place;
  return places;
}

/**
 * Reads samples chunk by chunk.
 *
 * @param signal A stored signal.
 * @param rows Rows of samples, in any order.
 * @param options Receives each sample's values, `[bin, mark]`, not to be kept or changed, with its place in `rows`.
 * @returns Resolves once all were received.
 */
export async function visitRows(
  signal: StoredSignal,
  rows: ArrayLike<number>,
  { visit, signal: ended }: AbortOptions & {
    readonly visit: (values: PackedArray, place: number) => void;
  },
): Promise<void> {
  const { rowSize, chunkStarts } = signal;
  let [chunk, values]: [number, PackedArray | undefined] = [-1, undefined];
  for (const place of placesByChunk(signal, rows)) {
    const row = rows[place]!;
    if (values === undefined || row >= chunkStarts[chunk + 1]!) {
      chunk = chunkOfRow(signal, row);
      values = await chunksOf(signal).load(chunk, { signal: ended });
    }
    const at = (row - chunkStarts[chunk]!) * rowSize;
    visit(values.subarray(at, at + rowSize), place);
  }
}

const known = new WeakMap<StoredSignal, KeptChunks>();

function chunksOf(signal: StoredSignal): KeptChunks {
  const chunks = known.get(signal) ?? new KeptChunks(signal);
  known.set(signal, chunks);
  return chunks;
}

/** The chunks of a signal that were used last. */
class KeptChunks {
  readonly #signal: StoredSignal;
  /** In order of their last use. */
  readonly #chunks = new Map<number, PackedArray>();
  readonly #loading = new Map<number, Promise<PackedArray>>();
  readonly #rowBytes: number;
  #bytes = 0;

  constructor(signal: StoredSignal) {
    this.#signal = signal;
    this.#rowBytes = signal.rowSize * bytesOfType(signal.type);
  }

  /** A chunk, which is kept. */
  read(chunk: number): PackedArray {
    return this.#find(chunk) ?? this.#keep(chunk, this.#signal.readChunkSync(chunk));
  }

  /** A chunk for once: it is not kept, so that those stay that are needed again. */
  peek(chunk: number): PackedArray {
    return this.#chunks.get(chunk) ?? this.#signal.readChunkSync(chunk);
  }

  /** A chunk, which is kept. Those who ask for it while it is being read share it. */
  async load(chunk: number, options: AbortOptions): Promise<PackedArray> {
    options.signal?.throwIfAborted();
    const found = this.#find(chunk);
    if (found !== undefined) return found;
    const reading = this.#loading.get(chunk) ??
      this.#signal.readChunk(chunk).then((values) => this.#keep(chunk, values))
        .finally(() => this.#loading.delete(chunk));
    this.#loading.set(chunk, reading);
    return await untilAborted(reading, { signal: options.signal });
  }

  #find(chunk: number): PackedArray | undefined {
    const found = this.#chunks.get(chunk);
    if (found === undefined) return undefined;
    this.#chunks.delete(chunk);
    this.#chunks.set(chunk, found);
    return found;
  }

  #keep(chunk: number, values: PackedArray): PackedArray {
    if (this.#chunks.has(chunk)) return values;
    this.#chunks.set(chunk, values);
    this.#bytes += this.#bytesOf(chunk);
    for (const oldest of this.#chunks.keys()) {
      if (this.#bytes <= KEPT_CHUNK_BYTES || oldest === chunk) break;
      this.#chunks.delete(oldest);
      this.#bytes -= this.#bytesOf(oldest);
    }
    return values;
  }

  #bytesOf(chunk: number): number {
    const { chunkStarts } = this.#signal;
    return (chunkStarts[chunk + 1]! - chunkStarts[chunk]!) * this.#rowBytes;
  }
}
