/** Which of two threads does a job that one of them was given and the other may take back. */

import { HAS_SHARED_MEMORY, sharedBuffer } from "../../base/shared_memory.ts";

/** Whether somebody has started the job, in memory that both threads see; `undefined` where threads share none. */
export type Claim = Int32Array | undefined;

/** A claim that nobody has taken. */
export function makeClaim(): Claim {
  return HAS_SHARED_MEMORY ? new Int32Array(sharedBuffer(4)) : undefined;
}

/** Takes a claim before the job is started. Returns whether it is the caller's now: only one of all callers gets it. */
export function takeClaim(claim: Int32Array): boolean {
  return Atomics.exchange(claim, 0, 1) === 0;
}
