import { showValue } from "../base/show_value.ts";
import type { CheckpointOptions } from "./fit_types.ts";

/** The fewest batches of a piece of an epoch that is cut into pieces; those of the first, before the pace is known. */
const LEAST_PIECE = 16;

/**
 * Decides when checkpoints are due. All groups of some runs share one, since the time of short groups adds up too.
 */
export class Cadence {
  readonly #everySeconds: number;
  readonly #atEpochs: boolean;
  #last = performance.now();

  /** Counts from now on. */
  constructor({ everyMinutes = Infinity, atEpochs = true }: Omit<CheckpointOptions, "save"> = {}) {
    if (!(everyMinutes > 0)) {
      throw new RangeError(
        `Cannot take checkpoints: everyMinutes is ${
          showValue(everyMinutes)
        }, expected a number > 0`,
      );
    }
    this.#everySeconds = 60 * everyMinutes;
    this.#atEpochs = atEpochs;
  }

  /** Seconds until a checkpoint is due in the middle of an epoch; infinite if none will be. */
  get #secondsLeft(): number {
    return this.#everySeconds - (performance.now() - this.#last) / 1000;
  }

  /** Whether a checkpoint is due now, in the middle of an epoch or after one. */
  isDue(place: "within epoch" | "after epoch"): boolean {
    return (this.#atEpochs && place === "after epoch") || this.#secondsLeft <= 0;
  }

  /**
   * Roughly the number of samples of each order to train on before a checkpoint is due within the epoch.
   *
   * @param batchSize Samples of a step; the piece is a multiple of it.
   * @param samplesPerSecond The pace of one order; 0 before it is known.
   */
  pieceSize(batchSize: number, samplesPerSecond: number): number {
    const seconds = this.#secondsLeft;
    if (seconds === Infinity) return Infinity;
    return batchSize * Math.max(LEAST_PIECE, Math.floor(seconds * samplesPerSecond / batchSize));
  }

  /** Starts counting again, after a checkpoint was taken. */
  restart(): void {
    this.#last = performance.now();
  }
}
