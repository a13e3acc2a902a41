import { stepFactors, type UpdateSettings } from "../adam.ts";
import type { AdamStep } from "./ops/context.ts";

/** How a member's weights move; the same in all steps. */
export interface UpdatePolicy extends UpdateSettings {
  /** Addresses of the weights that do not move. */
  readonly frozen: ReadonlySet<number>;
}

/** What Adam needs for a step, counted from 1. */
export function adamStep(policy: UpdatePolicy, step: number): AdamStep {
  return { ...stepFactors(policy, step), frozen: policy.frozen };
}
