import { roundUp } from "../layout.ts";
import type { Part } from "../ops/context.ts";
import type { Plan } from "./types.ts";

/** Parts of a batch that are summed in order; more threads than this find nothing to do. */
export const MAX_PARTS = 64;
const SAMPLES_PER_PART = 16;
/** Parts are multiples of this, but for the last one: products are computed for four samples at a time. */
const PART_UNIT = 4;

/**
 * Number of parts that a batch is summed in: a function of the number of its samples alone. Above two it is a multiple
 * of four, which two and four threads share evenly.
 */
function countParts(samples: number): number {
  const parts = Math.ceil(samples / SAMPLES_PER_PART);
  return Math.min(MAX_PARTS, parts > 2 ? roundUp(parts, 4) : parts);
}

/**
 * Samples whose outputs of a wide layer are computed together. Such a layer's weights fit no near cache, so they are read
 * again for every stretch.
 */
const SAMPLES_PER_STRETCH = 128;

/**
 * Joins neighbouring parts into stretches, which wide layers are computed for: few, but enough for all threads. A stretch
 * has no sums over its samples, so results do not depend on their number.
 */
export function joinParts(parts: readonly Part[], threads: number): Part[][] {
  const samples = parts.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(threads, Math.ceil(samples / SAMPLES_PER_STRETCH));
  const stretches = Math.min(parts.length, most);
  return Array.from({ length: stretches }, (_, index) => {
    const at = (stretch: number) => Math.floor(stretch * parts.length / stretches);
    return parts.slice(at(index), at(index + 1));
  });
}

/** The most parts of a chain whose entries take long. */
export const MAX_HEAVY_PARTS = 16;

/**
 * Cuts what each chain of a plan computes into parts. Entries that take long are few where samples share them, so each is
 * a part by itself until there are enough for many threads.
 */
export function cutChains(
  { encoders }: Pick<Plan, "encoders">,
  entries: readonly number[],
): Part[][] {
  return entries.map((count, chain) =>
    encoders[chain]?.heavy === true ? cutEvenly(count, MAX_HEAVY_PARTS) : cutParts(count)
  );
}

/** Cuts entries into at most so many parts, of which no two differ by more than one entry. */
function cutEvenly(entries: number, most: number): Part[] {
  const parts = Math.min(entries, most);
  const startOf = (part: number) => Math.floor(part * entries / parts);
  return Array.from({ length: parts }, (_, index) => {
    const start = startOf(index);
    return { index, start, count: startOf(index + 1) - start };
  });
}

/** Cuts a batch into parts whose number and sizes depend on nothing else. */
export function cutParts(samples: number): Part[] {
  const parts = countParts(samples);
  const units = Math.ceil(samples / PART_UNIT);
  const startOf = (part: number) => PART_UNIT * Math.floor(part * units / parts);
  return Array.from({ length: parts }, (_, index) => {
    const start = startOf(index);
    return { index, start, count: Math.min(samples, startOf(index + 1)) - start };
  });
}
