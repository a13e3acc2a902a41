import type { CheckpointOptions } from "./fit_types.ts";

/** Tells when checkpoints are due. One for all groups of some runs: short groups, too, add up to a wait. */
export class CheckpointTimer {
  readonly #everySeconds: number;
  readonly #atEpochs: boolean;
  #last = performance.now();

  constructor({ everyMinutes = Infinity, atEpochs = true }: Omit<CheckpointOptions, "save"> = {}) {
    if (!(everyMinutes > 0)) {
      throw new RangeError(
        `Cannot take checkpoints: everyMinutes is ${everyMinutes}, expected a number > 0`,
      );
    }
    this.#everySeconds = 60 * everyMinutes;
    this.#atEpochs = atEpochs;
  }

  /** Seconds until one is due in the middle of an epoch; infinite if none ever is. */
  get secondsLeft(): number {
    return this.#everySeconds - (performance.now() - this.#last) / 1000;
  }

  /** Whether one is due now, in the middle of an epoch or after one. */
  isDue(place: "within epoch" | "after epoch"): boolean {
    return (this.#atEpochs && place === "after epoch") || this.secondsLeft <= 0;
  }

  /** One was taken. */
  restart(): void {
    this.#last = performance.now();
  }
}
