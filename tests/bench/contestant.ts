/** What takes part in the benchmark: this package's engine and its peers, seen from outside. */

import process from "node:process";
import { median } from "./statistics.ts";

/** What a contestant computes on the workload without dropout, for comparison. */
export interface Outputs {
  /** Of the first `steps × batchSize` samples, with the initial weights. */
  readonly predictions: readonly number[];
  /** Of as many steps of Adam on these samples in order, each before its update; empty if it cannot train. */
  readonly losses: readonly number[];
  /**
   * `[sample, bin, mark]`: mean gradients of the first {@linkcode EXPLAINED} samples over {@linkcode PATH_POINTS} points between
   * zeros and the sample, by the midpoint rule; absent if it explains nothing.
   */
  readonly gradients?: readonly number[] | null | undefined;
}

/** Points of the paths that are timed and compared. */
export const PATH_POINTS = 50;
/** Samples whose gradients are compared. */
export const EXPLAINED = 4;

/** How much {@linkcode Contestant.check} computes. */
export interface CheckSize {
  readonly steps: number;
  readonly batchSize: number;
}

/**
 * What of a contestant is timed: training on shuffled samples with dropout in the workload's batches, prediction of many
 * samples, or of one sample at a time, or integrated gradients of many samples. Rates are in samples a second; an explained
 * sample takes {@linkcode PATH_POINTS} gradients.
 */
export type Measure = "train" | "predict" | "one" | "explain";

/** Samples a second, by two clocks. */
export interface Rates {
  /** By the clock on the wall. */
  readonly rate: number;
  /** By the time of processors that the process took: on a busy machine this is what is left to compare, on one thread. */
  readonly processorRate: number;
}

/** An implementation of one workload on some number of threads. */
export interface Contestant {
  /** Name, version and form. */
  readonly label: string;
  /** Computes what must agree; does not touch the model that is timed. */
  check(size: CheckSize): Promise<Outputs>;
  /** Computes for at least so many seconds. */
  measure(what: Measure, seconds: number): Promise<Rates>;
}

/**
 * Repeats `run`, which returns how many samples it did, until it has taken `seconds`, at least once. `prepare` comes before
 * each run and is not timed.
 */
export async function measureRate(
  seconds: number,
  run: () => Promise<number>,
  prepare: () => void = () => {},
): Promise<Rates> {
  let [samples, elapsed, processor] = [0, 0, 0];
  do {
    prepare();
    const [started, before] = [performance.now(), processorMs()];
    samples += await run();
    elapsed += (performance.now() - started) / 1000;
    processor += (processorMs() - before) / 1000;
  } while (elapsed < seconds);
  // Its resolution is coarse where a call takes no time at all.
  return { rate: samples / elapsed, processorRate: samples / Math.max(1e-6, processor) };
}

/**
 * Calls `run`, which answers one sample, until `seconds` are over, at least once. The rate is that of a call in the middle:
 * one that the system interrupted says nothing about an answer.
 */
export async function measureCalls(seconds: number, run: () => Promise<unknown>): Promise<Rates> {
  const times: number[] = [];
  const { processorRate } = await measureRate(seconds, async () => {
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
    return 1;
  });
  return { rate: 1000 / Math.max(1e-6, median(times)), processorRate };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
