import type { EpochProgress } from "../engine/engine.ts";
import type { GroupSetup } from "./_group_run.ts";

/**
 * Says how far runs that train side by side are.
 *
 * @param setup The runs.
 * @param epoch Number of the epoch under way, from 0.
 * @param orders The samples of each run in it: none of those that ended before.
 * @param start The position in them from which the engine counts.
 * @returns What takes the engine's progress; `undefined` if nobody wants to know.
 */
export function reportEpoch(
  { runs, epochs, first, work, options: { onProgress } }: GroupSetup,
  epoch: number,
  { orders, start }: { readonly orders: readonly Uint32Array[]; readonly start: number },
): ((progress: EpochProgress) => void) | undefined {
  if (onProgress === undefined) return undefined;
  const samplesPerEpoch = orders.reduce((sum, { length }) => sum + length, 0);
  const whole = runs.reduce((sum, { data }) => sum + data.length, 0);
  // What runs that ended early do not train on counts as done.
  const before = work.before + (epoch + 1) * whole - samplesPerEpoch;
  const skipped = orders.reduce((sum, { length }) => sum + Math.min(start, length), 0);
  return ({ done, meanLoss: loss }) => {
    const samples = skipped + done;
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
  };
}
