import { deriveKey, type RandomKey, RandomStream, threefry2x32 } from "../random.ts";

/** What a training sample is shown of its references. */
export const SHOWN = {
  /** Their marks and labels. */
  all: 0,
  /** Their marks: a new gene of which an atlas has the marks. */
  marks: 1,
  /** Neither: a new gene of which nothing is known. */
  nothing: 2,
  /** What is known of their labels: a panel without marks. */
  labels: 3,
} as const;

const STATES = 4;
/** Every subset of so few marks is a variant; of more marks, as many subsets are drawn. */
const MOST_MARKS = 7;
const MOST_MASKS = 2 ** MOST_MARKS;
/** Rows are 32-bit integers. */
const MOST_ROWS = 2 ** 32;

/** Shares of training samples from which something is hidden. */
export interface PanelDropout {
  /** Share of samples whose references' labels are hidden. */
  readonly labels: number;
  /** Share of samples whose references' marks and labels are hidden. */
  readonly genes: number;
  /** Share of samples whose references' marks are hidden. */
  readonly references: number;
  /** Share of marks that are hidden. */
  readonly marks: number;
}

/** The sample whose variant is drawn. */
export interface DrawnSample {
  /** Its row. */
  readonly row: number;
  /** Number of its gene: all samples of a gene in an epoch have the same marks hidden, so that they share references. */
  readonly gene: number;
}

/**
 * The variants of a sample in training: what is shown of its references, and which marks are hidden. A variant is a number,
 * so that it can be part of a row's number. Which one a sample has in an epoch is a function of seed, epoch, row and gene.
 */
export class PanelVariants {
  /** Number of variants. */
  readonly count: number;
  readonly #dropout: PanelDropout;
  /** The hidden marks of each mask, `[mask][mark]`: 1 for a hidden one. The first hides no mark. */
  readonly #masks: readonly Uint8Array[];
  /** Cumulated probabilities of the masks. */
  readonly #cumulated: Float64Array;
  readonly #words = new Uint32Array(2);

  /**
   * Lists the variants.
   *
   * @param marks Number of marks.
   * @param samples Number of samples; there are fewer masks if the numbers of rows would be too large.
   * @param dropout What is hidden from how many; by default nothing.
   */
  constructor(marks: number, samples: number, dropout?: PanelDropout) {
    this.#dropout = dropout ?? { labels: 0, genes: 0, references: 0, marks: 0 };
    const states = dropout === undefined ? 1 : STATES;
    const room = Math.max(1, Math.floor(MOST_ROWS / (states * Math.max(1, samples))));
    const rate = this.#dropout.marks;
    this.#masks = rate > 0 && marks > 1 ? listMasks(marks, rate, room) : [new Uint8Array(marks)];
    this.#cumulated = cumulate(this.#masks, rate);
    this.count = states * this.#masks.length;
  }

  /** Number of masks. */
  get masks(): number {
    return this.#masks.length;
  }

  /** What a variant shows of the references: one of {@linkcode SHOWN}. */
  shownIn(variant: number): number {
    return Math.floor(variant / this.#masks.length);
  }

  /** Number of the mask of a variant. */
  maskOf(variant: number): number {
    return variant % this.#masks.length;
  }

  /** The marks that a mask hides, `[mark]`: 1 for a hidden one. */
  hiddenBy(mask: number): Uint8Array {
    return this.#masks[mask]!;
  }

  /**
   * Prepares to draw the variants of an epoch.
   *
   * @param seed The run's seed.
   * @param epoch Number of the epoch, from 0.
   * @returns Draws the variant of a sample.
   */
  drawer(seed: number, epoch: number): (sample: DrawnSample) => number {
    const [shown, marks] = [
      deriveKey(seed, "gene dropout", epoch),
      deriveKey(seed, "mark dropout", epoch),
    ];
    return ({ row, gene }) =>
      this.#drawShown(shown, row) * this.#masks.length + this.#drawMask(marks, gene);
  }

  #drawShown(key: RandomKey, row: number): number {
    const { labels, genes, references } = this.#dropout;
    if (labels + genes + references === 0) return SHOWN.all;
    threefry2x32(key, row, 0, this.#words);
    const uniform = this.#words[0]! * 2 ** -32;
    if (uniform < genes) return SHOWN.nothing;
    if (uniform < genes + labels) return SHOWN.marks;
    return uniform < genes + labels + references ? SHOWN.labels : SHOWN.all;
  }

  /** Draws each mark by itself, again if all would be hidden; or one of the masks that were drawn so. */
  #drawMask(key: RandomKey, gene: number): number {
    if (this.#masks.length === 1) return 0;
    threefry2x32(key, gene, 0, this.#words);
    return pick(this.#cumulated, this.#words[0]! * 2 ** -32);
  }
}

/** The masks that hide no mark, and then all others but the one that hides all, or some of these. */
function listMasks(marks: number, rate: number, room: number): Uint8Array[] {
  if (marks <= MOST_MARKS && 2 ** marks - 1 <= room) {
    return Array.from(
      { length: 2 ** marks - 1 },
      (_, mask) => Uint8Array.from({ length: marks }, (_, mark) => mask >> mark & 1),
    );
  }
  const stream = new RandomStream(deriveKey(0, "masks of marks", marks));
  const masks = [new Uint8Array(marks)];
  while (masks.length < Math.min(room, MOST_MASKS)) {
    const mask = Uint8Array.from({ length: marks }, () => stream.uniform() < rate ? 1 : 0);
    if (mask.includes(1) && mask.includes(0)) masks.push(mask);
  }
  return masks;
}

/**
 * Probabilities of masks one after another, cumulated. Where these are all that there are, each has the probability that
 * its marks are hidden; where they were drawn, each but the first has the same.
 */
function cumulate(masks: readonly Uint8Array[], rate: number): Float64Array {
  const marks = masks[0]!.length;
  const isWhole = masks.length === 2 ** marks - 1;
  const nothing = (1 - rate) ** marks;
  const all = 1 - rate ** marks;
  const weights = masks.map((mask, i) => {
    if (!isWhole) return i === 0 ? nothing / all : (1 - nothing / all) / (masks.length - 1);
    const hidden = mask.reduce((sum, value) => sum + value, 0);
    return rate ** hidden * (1 - rate) ** (marks - hidden) / all;
  });
  let sum = 0;
  return Float64Array.from(weights, (weight) => sum += weight);
}

/** The first place whose cumulated probability is above a number. */
function pick(cumulated: Float64Array, uniform: number): number {
  const found = cumulated.findIndex((sum) => uniform < sum);
  return found < 0 ? 0 : found;
}
