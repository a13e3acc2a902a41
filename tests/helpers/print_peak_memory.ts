/**
 * Preloaded into a command: prints its peak resident memory to standard error as it ends, in bytes, and the time of
 * processors that it took, in microseconds.
 */

import { resourceUsage } from "node:process";

globalThis.addEventListener("unload", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = resourceUsage();
  // In KiB.
  console.error(`peak memory ${maxRSS * 1024}`);
  console.error(`processor time ${userCPUTime + systemCPUTime}`);
});
