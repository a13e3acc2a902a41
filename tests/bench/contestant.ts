/** What takes part in the benchmark: this package's engine and its peers, seen from outside. */

/** What a contestant computes on the workload without dropout, for comparison. */
export interface Outputs {
  /** Of the first `steps × batchSize` rows, with the initial weights. */
  readonly predictions: readonly number[];
  /** Of as many steps of Adam on these rows in order, each before its update. */
  readonly losses: readonly number[];
}

/** How much {@linkcode Contestant.check} computes. */
export interface CheckSize {
  readonly steps: number;
  readonly batchSize: number;
}

/** How long to measure, and on how many threads. */
export interface Effort {
  /** At least this long. */
  readonly seconds: number;
  /** Threads to compute on; those that cannot choose take what they have. */
  readonly threads: number;
}

/** An implementation of one workload. */
export interface Contestant {
  /** Computes what must agree; does not touch the model that is timed. */
  check(size: CheckSize): Promise<Outputs>;
  /** Trains on shuffled samples with dropout, in the task's batches; returns samples per second. */
  train(effort: Effort): Promise<number>;
  /** Predicts; returns samples per second. */
  predict(effort: Effort): Promise<number>;
}

/** What of a contestant is timed. */
export type Measure = "train" | "predict";

/**
 * Repeats `run`, which returns how many samples it did, until `seconds` are over, at least once.
 *
 * @returns Samples per second.
 */
export async function measureRate(seconds: number, run: () => Promise<number>): Promise<number> {
  const started = performance.now();
  let samples = 0;
  let elapsed: number;
  do {
    samples += await run();
    elapsed = (performance.now() - started) / 1000;
  } while (elapsed < seconds);
  return samples / elapsed;
}
