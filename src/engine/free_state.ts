import { freeArray } from "../base/free.ts";
import type { SessionState } from "./engine.ts";

/** Gives the memory of a state back immediately: every epoch has one, and it may be large. */
export function freeState({ weights, firstMoments, secondMoments }: SessionState): void {
  for (const values of [weights, firstMoments, secondMoments].flat()) freeArray(values);
}
