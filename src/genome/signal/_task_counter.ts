import type { TaskWindows } from "./_count_task.ts";
import type { CountingRule } from "./track.ts";
import { WindowCounter } from "./_window_counter.ts";

/** Makes a counter of the windows of a task, which have their places in the task. */
export function makeTaskCounter(windows: TaskWindows, rule: CountingRule): WindowCounter {
  const { starts, earlierStarts, bins, binSizeBp } = windows;
  const genes = starts.length;
  const counter = new WindowCounter({ genes, bins, binSizeBp }, rule);
  counter.select({ starts, geneIndex: Uint32Array.from(starts, (_, i) => i), earlierStarts });
  return counter;
}
