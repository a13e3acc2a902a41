/** A turn is to take so long on a machine that does nothing else, so that a call of one sample is not kept waiting. */
const TURN_MS = 10;
/** The fewest and the most samples of a turn, and those of the first. */
const FEWEST = 48;
const MOST = 4096;
const FIRST = 240;
/** A turn of fewer samples says how long it takes to begin, not how long samples take. */
const TELLING = 24;
/** How fast the best time is forgotten, in case it was of other samples. */
const FORGETTING = 1.05;

/** How many samples a turn has room for, by how long those before took. */
export class TurnRoom {
  #bestMs: number | undefined;

  /** The most samples of the next turn. */
  get samples(): number {
    if (this.#bestMs === undefined) return FIRST;
    return Math.round(Math.min(MOST, Math.max(FEWEST, TURN_MS / this.#bestMs)));
  }

  /**
   * Learns from a turn. The best time of a sample counts, not the mean: on a busy machine turns wait for the processor, and
   * smaller ones would wait as often and do less.
   */
  learn(samples: number, milliseconds: number): void {
    if (samples < TELLING) return;
    const found = milliseconds / samples;
    this.#bestMs = Math.min(found, FORGETTING * (this.#bestMs ?? found));
  }
}
