/** Preloaded into a command: prints its peak resident memory to standard error as it ends, in bytes. */

import { resourceUsage } from "node:process";

globalThis.addEventListener("unload", () => {
  // In KiB.
  console.error(`peak memory ${resourceUsage().maxRSS * 1024}`);
});
