/**
 * The learning rate of each step: a function of the schedule and the number of the step alone, so that a run that was
 * stopped continues with the rates of one that was not.
 *
 * @module
 */

import type { ConstantSchedule, Schedule } from "../model/schedule.ts";

/** PyTorch's `div_factor`: the peak over the first rate. */
const FIRST_DIVISOR = 25;
/** PyTorch's `final_div_factor`: the first rate over the last. */
const LAST_DIVISOR = 1e4;
/** PyTorch's `pct_start`. */
const ONE_CYCLE_WARM_UP = 0.3;

/** A step of a run, and what its rate depends on. */
export interface ScheduledStep {
  /** Number of the step, from 1. */
  readonly step: number;
  /** Steps of the whole run; what comes after them has the last step's rate. */
  readonly totalSteps: number;
  /** The rate that the schedule's shares are of: its peak. */
  readonly learningRate: number;
}

/**
 * The learning rate of a step.
 *
 * @param schedule How the rate changes.
 * @param at The step and the run.
 * @returns The rate, in float64.
 *
 * @example The peak of one cycle
 * ```ts
 * import { learningRateAt } from "@waka/histone/engine";
 * import { strictEqual } from "node:assert";
 *
 * const run = { totalSteps: 10, learningRate: 0.003 };
 * const schedule = { type: "oneCycle", warmUp: 0.3 } as const;
 * strictEqual(learningRateAt(schedule, { ...run, step: 1 }), 0.003 / 25);
 * strictEqual(learningRateAt(schedule, { ...run, step: 3 }), 0.003);
 * ```
 */
export function learningRateAt(schedule: Schedule, at: ScheduledStep): number {
  const { learningRate } = at;
  // A constant rate is not multiplied by anything, so it keeps its bits.
  if (schedule.type === "constant") return learningRate;
  return learningRate * shareOfPeak(schedule, at);
}

function shareOfPeak(
  schedule: Exclude<Schedule, ConstantSchedule>,
  { step, totalSteps }: Pick<ScheduledStep, "step" | "totalSteps">,
): number {
  const done = Math.min(step, totalSteps) - 1;
  switch (schedule.type) {
    case "oneCycle":
      return oneCycleShare(done, { totalSteps, warmUp: schedule.warmUp ?? ONE_CYCLE_WARM_UP });
    case "exponential":
      return schedule.end ** (done / Math.max(1, totalSteps - 1));
    case "cosine":
    case "linear": {
      const rising = Math.floor((schedule.warmUp ?? 0) * totalSteps);
      if (done < rising) return (done + 1) / rising;
      const fallen = (done - rising) / (totalSteps - rising);
      return schedule.type === "linear" ? 1 - fallen : (1 + Math.cos(Math.PI * fallen)) / 2;
    }
  }
}

function oneCycleShare(
  done: number,
  { totalSteps, warmUp }: { readonly totalSteps: number; readonly warmUp: number },
): number {
  const first = 1 / FIRST_DIVISOR;
  const top = warmUp * totalSteps - 1;
  if (done > top) {
    const fallen = (done - top) / (totalSteps - 1 - top);
    return annealShare(1, first / LAST_DIVISOR, fallen);
  }
  // A rise of a single step begins at the peak.
  return top === 0 ? 1 : annealShare(first, 1, done / top);
}

/** From one share to another along half a cosine. */
function annealShare(from: number, to: number, progress: number): number {
  // Exact at either end.
  if (progress === 0) return from;
  return to + (from - to) / 2 * (1 + Math.cos(Math.PI * progress));
}
