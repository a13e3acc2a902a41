/** What a command gets in addition to its flags. */

import type { RunShare } from "../runs/owned_run.ts";

/** What a command gets in addition to its flags. */
export interface CommandCall {
  /** Aborts when the command is asked to stop. */
  readonly signal: AbortSignal;
  /** The arguments other than flags, in order. */
  readonly args: readonly string[];
  /** Names of the flags that the user gave; the others have default values. */
  readonly given: ReadonlySet<string>;
  /** The share that one of several machines has of the runs; absent if this call trains all of them. */
  readonly share?: RunShare | undefined;
}
