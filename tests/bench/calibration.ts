/**
 * How much others disturb this machine: a loop that always computes the same is timed in every round, on as many threads as
 * the contestants have. Where it takes longer than its best, somebody else had a part of the processor, be it another
 * program or another guest of the same hardware, whom no list of processes shows.
 */

import { median } from "./statistics.ts";

/** Some ten milliseconds of work. */
const STEPS = 4_000_000;

/** Times the loop on a number of threads. */
export class Calibration implements Disposable {
  readonly #workers: readonly Worker[];
  readonly #seconds: number[] = [];

  constructor(threads: number) {
    const url = new URL("calibration_worker.ts", import.meta.url);
    this.#workers = Array.from({ length: threads - 1 }, () => new Worker(url, { type: "module" }));
  }

  /** Runs the loop on all threads together. */
  async measure(): Promise<void> {
    const others = this.#workers.map((worker) =>
      new Promise<void>((resolve) => {
        worker.onmessage = () => resolve();
        worker.postMessage(STEPS);
      })
    );
    const started = performance.now();
    spin(STEPS);
    await Promise.all(others);
    this.#seconds.push(performance.now() - started);
  }

  /** The median loop's time by that of the quickest: 1 on a machine that nobody else uses. */
  get disturbance(): number {
    // The first ones compile the loop.
    const counted = this.#seconds.slice(1);
    return counted.length === 0 ? 1 : median(counted) / Math.min(...counted);
  }

  [Symbol.dispose](): void {
    for (const worker of this.#workers) worker.terminate();
  }
}

/** Multiplies and adds, each result from the one before. */
export function spin(steps: number): number {
  let value = 1;
  for (let i = 0; i < steps; i++) value = value * 0.999 + 0.5;
  return value;
}
