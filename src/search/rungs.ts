import { checkInteger } from "../base/check_integer.ts";

/** Options of {@linkcode planRungs}. */
export interface RungOptions {
  /** Trials of the first rung. */
  readonly trials: number;
  /** Epochs of the last rung. */
  readonly epochs: number;
  /**
   * One trial in this many advances to the next rung: an integer ≥ 2.
   *
   * @default {all trials are trained in one rung}
   */
  readonly keepOneIn?: number | undefined;
}

/** One round of a search. */
export interface Rung {
  /** Trials that take part, at most. */
  readonly trials: number;
  /** Epochs that each is trained for. */
  readonly epochs: number;
}

/**
 * Plans the rounds of successive halving (Karnin et al. 2013, "Almost optimal exploration in multi-armed bandits",
 * ICML; Jamieson and Talwalkar 2016, "Non-stochastic best arm identification and hyperparameter optimization",
 * AISTATS): all trials for a few epochs, the best share of them for that many times more, and so on, until the last
 * rung has all epochs. There are as many rungs as the numbers of trials and epochs allow.
 *
 * A trial starts again in each rung, from the same seed, and so repeats the epochs it had before. Every rung thus costs
 * about as much as the first; resuming from saved weights would save a share of 1 / `keepOneIn` of the later ones.
 *
 * @param options Trials, epochs and the share that advances.
 * @returns The rungs, from the first to the last.
 * @throws {RangeError} If one of them is not an integer in its range.
 *
 * @example Thirty trials, of which one in three advances
 * ```ts
 * import { planRungs } from "@waka/histone/search";
 * import { deepStrictEqual } from "node:assert";
 *
 * deepStrictEqual(planRungs({ trials: 30, epochs: 15, keepOneIn: 3 }), [
 *   { trials: 30, epochs: 2 },
 *   { trials: 10, epochs: 5 },
 *   { trials: 3, epochs: 15 },
 * ]);
 * ```
 */
export function planRungs({ trials, epochs, keepOneIn }: RungOptions): Rung[] {
  const action = "plan rungs";
  checkInteger(trials, { action, name: "trials", least: 0 });
  checkInteger(epochs, { action, name: "epochs", least: 0 });
  // JSON has null for what is not given.
  keepOneIn ??= undefined;
  // By less the rungs would never end.
  if (keepOneIn !== undefined) checkInteger(keepOneIn, { action, name: "keepOneIn", least: 2 });
  const rungs: Rung[] = [];
  const most = Math.min(trials, epochs);
  // Divided by 1, by keepOneIn, by its square, …: the last rung first.
  for (let share = 1; share <= most; share *= keepOneIn ?? Infinity) {
    rungs.unshift({ trials: 0, epochs: Math.round(epochs / share) });
  }
  return rungs.map((rung, index) => {
    return { ...rung, trials: Math.floor(trials / (keepOneIn ?? 1) ** index) };
  });
}
