/**
 * Keeps an unattended run within its time: every part has a share, and what does not fit is left
 * out.
 */

/** Something to do that may take a share of the time. */
export interface Share {
  /** Seconds of a whole run of {@linkcode NOMINAL_SECONDS}. */
  readonly seconds: number;
}

/** Length of a run that the shares are made for: eight minutes. */
export const NOMINAL_SECONDS = 480;
/** Seconds kept for ending peers and printing. */
const RESERVE = 10;

/** The time of a run. */
export class Budget {
  readonly #seconds: number;
  readonly #now: () => number;
  readonly #started: number;

  /** Starts the clock: `now` tells seconds. */
  constructor(seconds: number, now: () => number = () => performance.now() / 1000) {
    this.#seconds = seconds;
    this.#now = now;
    this.#started = now();
  }

  /** Seconds since the start. */
  get elapsed(): number {
    return this.#now() - this.#started;
  }

  /**
   * Seconds that a part may take: all that is left but for the shares of the parts after it. So
   * what one does not use the next may.
   */
  limit(later: readonly Share[]): number {
    const kept = later.reduce((sum, { seconds }) => sum + seconds, 0) / NOMINAL_SECONDS;
    const usable = this.#seconds - RESERVE;
    return Math.max(0, usable - kept * usable - this.elapsed);
  }
}

/** What a part knows of its time. */
export interface Allowance {
  /** Aborted when the time is up. */
  readonly signal: AbortSignal;
  /** Seconds left. */
  readonly left: () => number;
}

/**
 * Runs something for so many seconds at most.
 *
 * @throws {DOMException} `TimeoutError` when they are over, whether or not `run` heeds the signal.
 */
export async function runWithin<T>(
  seconds: number,
  run: (allowance: Allowance) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = () => {
    const message = `it did not end within its ${Math.round(seconds)} s`;
    const error = new DOMException(message, "TimeoutError");
    reject(error);
    controller.abort(error);
  };
  const timer = setTimeout(stop, 1000 * seconds);
  const end = performance.now() + 1000 * seconds;
  const left = () => (end - performance.now()) / 1000;
  try {
    return await Promise.race([run({ signal: controller.signal, left }), promise]);
  } finally {
    clearTimeout(timer);
  }
}
