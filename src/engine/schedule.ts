/**
 * How the learning rate changes from step to step. A schedule is plain data, and the rate of a step is a function of the
 * schedule and the number of the step alone, so that a run that was stopped continues with the rates of one that was
 * not.
 *
 * @module
 */

import { type Field, numberWithin, optional, readValue } from "../base/field.ts";
import { variant } from "../base/fields.ts";

/** The same rate in all steps. */
export interface ConstantSchedule {
  /** Discriminator. */
  readonly type: "constant";
}

/**
 * One cycle (Smith and Topin 2018), with the numbers of PyTorch's `OneCycleLR`: the rate rises from a 25th of the peak
 * to the peak, then falls to a 10,000th of where it began, along half a cosine each.
 */
export interface OneCycleSchedule {
  /** Discriminator. */
  readonly type: "oneCycle";
  /**
   * Share of the steps in which the rate rises: from 0 to less than 1.
   *
   * @default {0.3}
   */
  readonly warmUp?: number | undefined;
}

/** The rate rises in a straight line, then falls along half a cosine, to reach 0 after the last step. */
export interface CosineSchedule {
  /** Discriminator. */
  readonly type: "cosine";
  /**
   * Share of the steps in which the rate rises: from 0 to less than 1.
   *
   * @default {0}
   */
  readonly warmUp?: number | undefined;
}

/** The rate rises in a straight line, then falls in another, to reach 0 after the last step. */
export interface LinearSchedule {
  /** Discriminator. */
  readonly type: "linear";
  /**
   * Share of the steps in which the rate rises: from 0 to less than 1.
   *
   * @default {0}
   */
  readonly warmUp?: number | undefined;
}

/** The rate falls by the same factor in each step. */
export interface ExponentialSchedule {
  /** Discriminator. */
  readonly type: "exponential";
  /** The last step's rate as a share of the first one's: above 0, at most 1. */
  readonly end: number;
}

/** How the learning rate changes from step to step. */
export type Schedule =
  | ConstantSchedule
  | OneCycleSchedule
  | CosineSchedule
  | LinearSchedule
  | ExponentialSchedule;

/** PyTorch's `div_factor`: the peak over the first rate. */
const FIRST_DIVISOR = 25;
/** PyTorch's `final_div_factor`: the first rate over the last. */
const LAST_DIVISOR = 1e4;
/** PyTorch's `pct_start`. */
const ONE_CYCLE_WARM_UP = 0.3;

const warmUp = optional(numberWithin({ least: 0, below: 1 }));

const SCHEDULE: Field<Schedule> = variant("type", {
  constant: {},
  oneCycle: { warmUp },
  cosine: { warmUp },
  linear: { warmUp },
  exponential: { end: numberWithin({ above: 0, most: 1 }) },
});

/**
 * Checks a schedule from outside, such as `JSON.parse` of a file, and returns a copy of it.
 *
 * @param value Anything.
 * @returns The same schedule, with the fields of {@linkcode Schedule} alone.
 * @throws {RangeError} Naming what was found and what is wanted.
 *
 * @example A share of more than all steps
 * ```ts
 * import { parseSchedule } from "@waka/histone/engine";
 * import { deepStrictEqual, throws } from "node:assert";
 *
 * deepStrictEqual(parseSchedule({ type: "cosine", warmUp: 0.1 }), { type: "cosine", warmUp: 0.1 });
 * throws(() => parseSchedule({ type: "cosine", warmUp: 2 }), /schedule\.warmUp is 2, expected a number >= 0 and < 1/);
 * ```
 */
export function parseSchedule(value: unknown): Schedule {
  return readValue(value, SCHEDULE, {
    place: "schedule",
    fail: (found) => {
      throw new RangeError(`Cannot use schedule: ${found}`);
    },
  });
}

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
