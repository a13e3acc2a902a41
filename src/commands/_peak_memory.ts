/** The memory that this process has taken. */

import { resourceUsage } from "node:process";

/** Returns the most bytes that were resident so far; `undefined` where the system does not say. */
export function peakMemory(): number | undefined {
  try {
    const kibibytes = resourceUsage().maxRSS;
    return kibibytes > 0 ? kibibytes * 1024 : undefined;
  } catch {
    return undefined;
  }
}
