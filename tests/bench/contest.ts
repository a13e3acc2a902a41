/** Times contestants in turns. */

import type { Calibration } from "./calibration.ts";
import type { Contestant, Measure } from "./contestant.ts";
import { median } from "./statistics.ts";

/** A clock: the one on the wall, or the time of processors, on one thread and a busy machine. */
export type Clock = "wall" | "processor";

/** How long and how often to measure. */
export interface ContestOptions {
  readonly measure: Measure;
  /** Least length of a sample. */
  readonly seconds: number;
  readonly rounds: number;
  /** Which clock counts. @default "wall" */
  readonly clock?: Clock | undefined;
  /** Stops between two samples. */
  readonly signal: AbortSignal;
  readonly calibration: Calibration;
}

/** For programs whose threads wait by spinning: so long after a sample they still take the cores, in milliseconds. */
const SPINNING_MS = 30;

/**
 * Measures every contestant once a round, after a first time that does not count. The order turns from round to round, so
 * that no contestant always follows the same other.
 *
 * @returns Rates of every contestant in every round, `[contestant][round]`, in samples a second.
 */
export async function runContest(
  contestants: readonly Contestant[],
  { measure, seconds, rounds, clock = "wall", signal, calibration }: ContestOptions,
): Promise<number[][]> {
  for (const contestant of contestants) {
    signal.throwIfAborted();
    await contestant.measure(measure, seconds / 4);
  }
  const rates: number[][] = contestants.map(() => []);
  await calibration.measure();
  for (let round = 0; round < rounds; round++) {
    await calibration.measure();
    for (let turn = 0; turn < contestants.length; turn++) {
      signal.throwIfAborted();
      const place = (turn + round) % contestants.length;
      const { rate, processorRate } = await contestants[place]!.measure(measure, seconds);
      rates[place]!.push(clock === "wall" ? rate : processorRate);
      await new Promise((resolve) => setTimeout(resolve, SPINNING_MS));
    }
  }
  return rates;
}

/** What two sides' rates say. */
export interface Comparison {
  /** Best of the rounds, which others on the machine disturb least. */
  readonly ours: number;
  readonly theirs: number;
  /** Best to best. */
  readonly ratio: number;
  /** Medians of both sides, and of the ratios of the rounds. */
  readonly medians: { readonly ours: number; readonly theirs: number; readonly ratio: number };
}

/** Compares the rates of the same rounds. */
export function compareRates(ours: readonly number[], theirs: readonly number[]): Comparison {
  const [best, theirBest] = [Math.max(...ours), Math.max(...theirs)];
  return {
    ours: best,
    theirs: theirBest,
    ratio: best / theirBest,
    medians: {
      ours: median(ours),
      theirs: median(theirs),
      ratio: median(ours.map((rate, round) => rate / theirs[round]!)),
    },
  };
}
