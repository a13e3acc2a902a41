/** The order of training where samples do not fit into memory. */

import { deriveKey, RandomStream, shuffledIndices } from "../random.ts";
import { makeChunkFinder } from "./_chunk_finder.ts";

/** What an order in windows depends on besides the rows and the chunks. */
export interface WindowOrderOptions {
  /** The run's seed. */
  readonly seed: number;
  /** Number of the epoch, from 0. */
  readonly epoch: number;
  /** Samples of a window. */
  readonly window: number;
}

/**
 * The order in which an epoch visits samples of which so many are in memory at a time: chunks are put into random order,
 * their samples one chunk after another into windows, and the samples of each window into random order. So a window is
 * read from few chunks, other ones in each epoch.
 *
 * @param rows The samples, `[position]`.
 * @param chunkStarts The first row of each chunk, and after the last the number of rows, `[chunk + 1]`.
 * @param options Seed, epoch and size of a window.
 * @returns The same rows; each window but the last has so many.
 */
export function windowOrder(
  rows: Uint32Array,
  chunkStarts: Uint32Array,
  { seed, epoch, window }: WindowOrderOptions,
): Uint32Array<ArrayBuffer> {
  const stream = new RandomStream(deriveKey(seed, "order", epoch));
  const chunkOf = makeChunkFinder(chunkStarts);
  const chunks = chunkStarts.length - 1;
  const counts = new Uint32Array(chunks);
  for (const row of rows) counts[chunkOf(row)]!++;
  const next = new Uint32Array(chunks);
  let at = 0;
  for (const chunk of shuffledIndices(chunks, stream)) {
    next[chunk] = at;
    at += counts[chunk]!;
  }
  const order = new Uint32Array(rows.length);
  for (const row of rows) order[next[chunkOf(row)]!++] = row;
  for (let start = 0; start < order.length; start += window) {
    shuffle(order.subarray(start, start + window), stream);
  }
  return order;
}

/** Puts values into random order (Fisher and Yates). */
function shuffle(values: Uint32Array, stream: RandomStream): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = stream.below(i + 1);
    const held = values[i]!;
    values[i] = values[j]!;
    values[j] = held;
  }
}
