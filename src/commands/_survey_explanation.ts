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
  const most = Math.min(rows.length, blockSize);
  // The first samples also start threads and compile.
  for (let samples = 1;; samples = Math.min(2 * samples, most)) {
    const started = performance.now();
    const blocks = attributeBlocks(models, data, {
      ...attributeOptionsOf(work),
      rows: rows.slice(0, samples),
      blockSize,
      signal,
    });
    for await (const block of blocks) freeBlock(block);
    const seconds = (performance.now() - started) / 1000;
    if (seconds >= LEAST_SECONDS || samples === most) return seconds / samples;
  }
}
