import type { EpochProgress } from "../engine/engine.ts";
import type { GroupSetup } from "./_group_run.ts";

/**
 * Says how far runs that train side by side are.
 *
 * @param setup The runs.
 * @param epoch Number of the epoch under way, from 0.
 * @param orders The samples of each run in it: none of those that ended before.
 * @returns What takes the engine's progress; `undefined` if nobody wants to know.
 */
export function reportEpoch(
  { runs, epochs, first, work, options: { onProgress } }: GroupSetup,
  epoch: number,
  orders: readonly Uint32Array[],
): ((progress: EpochProgress) => void) | undefined {
  if (onProgress === undefined) return undefined;
  const samplesPerEpoch = orders.reduce((sum, { length }) => sum + length, 0);
  const whole = runs.reduce((sum, { data }) => sum + data.length, 0);
  // What runs that ended early do not train on counts as done.
  const before = work.before + (epoch + 1) * whole - samplesPerEpoch;
  return ({ done: samples, meanLoss: loss }) =>
    onProgress({
      done: before + samples,
      total: work.total,
      unit: "samples",
      runs: [first, first + runs.length],
      epoch: epoch + 1,
      epochs,
      samples,
      samplesPerEpoch,
      loss,
    });
}
