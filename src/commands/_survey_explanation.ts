/** How long the explanation of a sample takes, from some of the first. */

import { attributeBlocks } from "../explain/mod.ts";
import { freeBlock } from "./_attribution_bytes.ts";
import { attributeOptionsOf, type ExplanationWork } from "./_explanation_work.ts";

/** Samples are added until they take this long, since shorter times say little. */
const LEAST_SECONDS = 0.3;

/**
 * Explains some samples and forgets them.
 *
 * @returns Seconds a sample.
 * @throws The reason of the signal, once it is aborted.
 */
export async function secondsPerSample(
  work: ExplanationWork,
  signal: AbortSignal,
): Promise<number> {
  const { models, data, chosen: { rows }, blockSize } = work;
  return await secondsPerItem(Math.min(rows.length, blockSize), async (samples) => {
    const started = performance.now();
    const blocks = attributeBlocks(models, data, {
      ...attributeOptionsOf(work),
      rows: rows.slice(0, samples),
      blockSize,
      signal,
    });
    for await (const block of blocks) freeBlock(block);
    return (performance.now() - started) / 1000;
  });
}

/**
 * Measures more and more items until the time says something.
 *
 * @param most The most items that are measured.
 * @param measure Works on so many items, and returns the seconds that it took.
 * @returns Seconds an item.
 */
export async function secondsPerItem(
  most: number,
  measure: (items: number) => Promise<number>,
): Promise<number> {
  // The very first one compiles, and each call starts threads: what one takes is what is not for the items.
  await measure(1);
  const base = await measure(1);
  if (most === 1) return base;
  for (let items = 2;; items *= 2) {
    const count = Math.min(items, most);
    const seconds = await measure(count);
    const more = seconds - base;
    if (more >= LEAST_SECONDS) return more / (count - 1);
    // Of few items the clock may say less than of one.
    if (count === most) return Math.max(more / (count - 1), seconds / count / 10);
  }
}
