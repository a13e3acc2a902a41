/** What a call of the page is given besides its arguments. */

import type { PageProgress } from "../protocol.ts";

/** How a call says how far it is, and learns that nobody wants its answer any more. */
export interface CallContext {
  /** Aborted when the user cancels; the call then rejects with its reason. */
  readonly signal: AbortSignal;
  /** Takes how far the call is. */
  readonly onProgress: (progress: PageProgress) => void;
}
