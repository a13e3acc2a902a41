import { LABEL_STATISTICS } from "./panel.ts";

/** Sums labels up one by one, as Welford (1962) does; those that are NaN are unknown and left out. */
export class LabelMoments {
  /** Number of labels. */
  count = 0;
  /** Their mean; 0 without any. */
  mean = 0;
  /** Sum of the squares of their deviations from the mean. */
  squares = 0;
  /** The least of them; infinite without any. */
  least = Infinity;
  /** The most of them; minus infinity without any. */
  most = -Infinity;

  /** Starts from the statistics of other labels, as `LabelStatistics` has them. */
  constructor(statistics?: Float32Array) {
    if (statistics === undefined || statistics[0] === 0) return;
    this.count = statistics[0]!;
    this.mean = statistics[1]!;
    this.squares = statistics[2]! ** 2 * this.count;
    this.least = statistics[3]!;
    this.most = statistics[4]!;
  }

  /** Their standard deviation, with n; 0 without any. */
  get sd(): number {
    return this.count === 0 ? 0 : Math.sqrt(this.squares / this.count);
  }

  /** Their statistics, as `LabelStatistics` has them: all 0 without any. */
  get statistics(): number[] {
    if (this.count === 0) return new Array(LABEL_STATISTICS).fill(0);
    return [this.count, this.mean, this.sd, this.least, this.most];
  }

  /** Adds a label, unless it is NaN. */
  add(label: number): void {
    if (Number.isNaN(label)) return;
    const apart = label - this.mean;
    this.mean += apart / ++this.count;
    this.squares += apart * (label - this.mean);
    if (label < this.least) this.least = label;
    if (label > this.most) this.most = label;
  }
}
