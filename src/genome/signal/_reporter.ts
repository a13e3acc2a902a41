import type { GeneWindows } from "../windows.ts";
import type { CountOptions } from "./track.ts";

/** Makes what says how many genes are counted. It throws once the counting is given up. */
export function reporterOf(
  { genes }: Pick<GeneWindows, "genes">,
  { onProgress, signal }: Pick<CountOptions, "onProgress" | "signal">,
): (done: number) => void {
  return (done) => {
    signal?.throwIfAborted();
    onProgress?.({ done, total: genes, unit: "genes" });
  };
}
