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

const warmUp = optional(numberWithin({ least: 0, below: 1 }));

/** A schedule from outside. */
export const SCHEDULE: Field<Schedule> = variant("type", {
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
 * import { parseSchedule } from "@waka/histone/model";
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

/**
 * Describes a schedule for people.
 *
 * @param schedule The schedule.
 * @returns Its type, with its number if it has one.
 *
 * @example A schedule with a share
 * ```ts
 * import { describeSchedule } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(describeSchedule({ type: "oneCycle", warmUp: 0.2 }), "oneCycle, rising in 20% of the steps");
 * strictEqual(describeSchedule({ type: "constant" }), "constant");
 * ```
 */
export function describeSchedule(schedule: Schedule): string {
  const percent = (share: number) => `${Number((share * 100).toPrecision(3))}%`;
  switch (schedule.type) {
    case "constant":
      return "constant";
    case "exponential":
      return `exponential, falling to ${percent(schedule.end)}`;
    default:
      return schedule.warmUp === undefined
        ? schedule.type
        : `${schedule.type}, rising in ${percent(schedule.warmUp)} of the steps`;
  }
}
