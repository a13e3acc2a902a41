import { roundUp } from "../layout.ts";
import type { Part } from "../ops/context.ts";

/** Parts of a batch that are summed in order; more threads than this find nothing to do. */
export const MAX_PARTS = 64;
const SAMPLES_PER_PART = 16;

/**
 * Number of parts that a batch is summed in: a function of the number of its samples alone. Above two it is a multiple
 * of four, which two and four threads share evenly.
 */
function countParts(samples: number): number {
  const parts = Math.ceil(samples / SAMPLES_PER_PART);
  return Math.min(MAX_PARTS, parts > 2 ? roundUp(parts, 4) : parts);
}

/** Cuts a batch into parts whose number and sizes depend on nothing else. */
export function cutParts(samples: number): Part[] {
  const parts = countParts(samples);
  return Array.from({ length: parts }, (_, index) => {
    const start = Math.floor(index * samples / parts);
    return { index, start, count: Math.floor((index + 1) * samples / parts) - start };
  });
}
