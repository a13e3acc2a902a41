import type { GeneWindows } from "../windows.ts";
import type { CountOptions } from "./track.ts";

/** Makes what says how many genes are counted. */
export function reporterOf(
  { genes }: Pick<GeneWindows, "genes">,
  { onProgress }: Pick<CountOptions, "onProgress">,
): (done: number) => void {
  return (done) => onProgress?.({ done, total: genes, unit: "genes" });
}
