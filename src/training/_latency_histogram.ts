/** Upper end of the shortest span of time, in milliseconds. */
const FIRST_MS = 0.05;
/** Each span ends at so many times the end of the one before. */
const GROWTH = 1.25;
/** The spans reach up to 40 seconds; what takes longer is counted in one more. */
const SPANS = 62;

/** How long calls took, in milliseconds. Percentiles are right to within an eighth: they are found in a fixed number of spans. */
export interface Latency {
  /** Number of calls. */
  readonly count: number;
  /** The sum over all of them. */
  readonly sumMs: number;
  /** Half of the calls took no longer; 0 before the first call, as for the following. */
  readonly medianMs: number;
  /** Nine of ten took no longer. */
  readonly p90Ms: number;
  /** 99 of 100 took no longer. */
  readonly p99Ms: number;
  /** The longest. */
  readonly longestMs: number;
}

/** Counts how long calls took, in memory that does not grow. */
export class LatencyHistogram {
  /** `[span]` */
  readonly #counts = new Float64Array(SPANS + 1);
  #count = 0;
  #sumMs = 0;
  #longestMs = 0;

  /** Counts a call. */
  add(milliseconds: number): void {
    this.#count++;
    this.#sumMs += milliseconds;
    this.#longestMs = Math.max(this.#longestMs, milliseconds);
    this.#counts[spanOf(milliseconds)]!++;
  }

  /** What was counted. */
  summarise(): Latency {
    return {
      count: this.#count,
      sumMs: this.#sumMs,
      medianMs: this.#percentile(0.5),
      p90Ms: this.#percentile(0.9),
      p99Ms: this.#percentile(0.99),
      longestMs: this.#longestMs,
    };
  }

  /** The time that a share of the calls did not exceed: in its span, where the calls before it end. */
  #percentile(share: number): number {
    if (this.#count === 0) return 0;
    const wanted = share * this.#count;
    let before = 0;
    for (let span = 0; span < SPANS; span++) {
      const count = this.#counts[span]!;
      if (before + count < wanted) {
        before += count;
        continue;
      }
      const [start, end] = [span === 0 ? 0 : endOf(span - 1), endOf(span)];
      return Math.min(this.#longestMs, start + (end - start) * (wanted - before) / count);
    }
    return this.#longestMs;
  }
}

function endOf(span: number): number {
  return FIRST_MS * GROWTH ** span;
}

/** The first span that ends no sooner. */
function spanOf(milliseconds: number): number {
  if (milliseconds <= FIRST_MS) return 0;
  const span = Math.ceil(Math.log(milliseconds / FIRST_MS) / Math.log(GROWTH));
  return Math.min(SPANS, span);
}
