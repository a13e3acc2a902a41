/**
 * Scores all windows of sequences by all filters.
 *
 * The score of a window depends on its letters alone. So where filters are narrow, one pass counts the words of the
 * sequences, by bin, and each filter then scores every word once. Wide filters, whose words are too many for a table, take
 * two passes that score window by window: one for the greatest score, one for the sites.
 *
 * @module
 */

import type { SequenceFilters } from "./filters.ts";

/** What a filter responds to. */
export interface FilterSites {
  /** Letters of its sites, `[position, letter]`. */
  readonly counts: readonly (readonly number[])[];
  readonly sites: number;
  readonly maximum: number;
  readonly threshold: number;
  /** Sites by bin. */
  readonly positions: readonly number[];
}

/** Filters have a table of words if it has at most so many: those of 8 bases in 256 bins, 64 MB. */
const LARGEST_TABLE = 256 * 4 ** 8;

/** Scores windows; call `look` with every sequence, `choose`, `count` with every sequence if there are two passes. */
export class WindowScorer {
  /** How often the sequences must be seen. */
  readonly passes: 1 | 2;
  readonly #filters: SequenceFilters;
  readonly #binBases: number;
  readonly #bins: number;
  /** `[bin, word]`, where words have a table. */
  readonly #words: Uint32Array | undefined;
  readonly #maxima: Float64Array;
  readonly #thresholds: Float64Array;
  /** `[filter, position, letter]` */
  readonly #counts: Float64Array;
  readonly #sites: Float64Array;
  /** `[filter, bin]` */
  readonly #positions: Float64Array;

  /** Makes room for what is counted. */
  constructor(
    filters: SequenceFilters,
    { bases, binBases }: { readonly bases: number; readonly binBases: number },
  ) {
    const { count, width } = filters;
    this.#filters = filters;
    this.#binBases = binBases;
    this.#bins = Math.ceil(bases / binBases);
    const words = this.#bins * 4 ** width;
    this.passes = words <= LARGEST_TABLE ? 1 : 2;
    this.#words = this.passes === 1 ? new Uint32Array(words) : undefined;
    this.#maxima = new Float64Array(count).fill(-Infinity);
    this.#thresholds = new Float64Array(count);
    this.#counts = new Float64Array(count * width * 4);
    this.#sites = new Float64Array(count);
    this.#positions = new Float64Array(count * this.#bins);
  }

  /** Looks at a sequence: counts its words, or finds the greatest scores. */
  look(codes: Uint8Array): void {
    const words = this.#words;
    if (words !== undefined) {
      const { width } = this.#filters;
      const wordCount = 4 ** width;
      let [word, known] = [0, 0];
      for (let i = 0; i < codes.length; i++) {
        const code = codes[i]!;
        known = code < 4 ? known + 1 : 0;
        word = (4 * word + (code & 3)) & (wordCount - 1);
        if (known < width) continue;
        const bin = Math.floor((i + 1 - width) / this.#binBases);
        words[bin * wordCount + word]!++;
      }
      return;
    }
    this.#visit(codes, (filter, score) => {
      if (score > this.#maxima[filter]!) this.#maxima[filter] = score;
    });
  }

  /** Chooses the sites: those with at least a share of a filter's greatest score. */
  choose(share: number): void {
    if (this.#words !== undefined) this.#scoreWords(this.#words, share);
    else this.#maxima.forEach((maximum, filter) => this.#thresholds[filter] = share * maximum);
  }

  /** Counts the sites in a sequence. */
  count(codes: Uint8Array): void {
    this.#visit(codes, (filter, score, start) => {
      if (!this.#isSite(filter, score)) return;
      const bin = Math.floor(start / this.#binBases);
      this.#add(filter, 1, { bin, letterAt: (base) => codes[start + base]! });
    });
  }

  /** The sites of each filter. */
  finish(): FilterSites[] {
    const { count, width } = this.#filters;
    return Array.from({ length: count }, (_, filter) => ({
      counts: Array.from({ length: width }, (_, base) => {
        const first = (filter * width + base) * 4;
        return [...this.#counts.subarray(first, first + 4)];
      }),
      sites: this.#sites[filter]!,
      maximum: this.#maxima[filter]!,
      threshold: this.#thresholds[filter]!,
      positions: [...this.#positions.subarray(filter * this.#bins, (filter + 1) * this.#bins)],
    }));
  }

  /** A filter that never responds has no sites. */
  #isSite(filter: number, score: number): boolean {
    return this.#maxima[filter]! > 0 && score >= this.#thresholds[filter]!;
  }

  #add(
    filter: number,
    times: number,
    { bin, letterAt }: {
      readonly bin: number;
      readonly letterAt: (base: number) => number;
    },
  ): void {
    const { width } = this.#filters;
    for (let base = 0; base < width; base++) {
      this.#counts[(filter * width + base) * 4 + letterAt(base)]! += times;
    }
    this.#sites[filter]! += times;
    this.#positions[filter * this.#bins + bin]! += times;
  }

  /** Scores every word that occurs, and adds the sites. */
  #scoreWords(words: Uint32Array, share: number): void {
    const { count, width } = this.#filters;
    const wordCount = 4 ** width;
    const present: number[] = [];
    for (let word = 0; word < wordCount; word++) {
      for (let bin = 0; bin < this.#bins; bin++) {
        if (words[bin * wordCount + word] === 0) continue;
        present.push(word);
        break;
      }
    }
    for (let filter = 0; filter < count; filter++) {
      const scores = present.map((word) => this.#scoreWord(filter, word));
      const maximum = scores.reduce((most, score) => Math.max(most, score), -Infinity);
      this.#maxima[filter] = maximum;
      this.#thresholds[filter] = share * maximum;
      for (const [i, word] of present.entries()) {
        if (!this.#isSite(filter, scores[i]!)) continue;
        const letterAt = (base: number) => word >> 2 * (width - 1 - base) & 3;
        for (let bin = 0; bin < this.#bins; bin++) {
          const times = words[bin * wordCount + word]!;
          if (times > 0) this.#add(filter, times, { bin, letterAt });
        }
      }
    }
  }

  #scoreWord(filter: number, word: number): number {
    const { width, weights, bias } = this.#filters;
    let score = bias[filter]!;
    for (let base = 0; base < width; base++) {
      const letter = word >> 2 * (width - 1 - base) & 3;
      score += weights[(filter * width + base) * 4 + letter]!;
    }
    return score;
  }

  /** Visits each window without unknown bases, with its score by each filter. */
  #visit(
    codes: Uint8Array,
    use: (filter: number, score: number, start: number) => void,
  ): void {
    const { count, width, weights, bias } = this.#filters;
    let known = 0;
    for (let end = 0; end < codes.length; end++) {
      known = codes[end]! < 4 ? known + 1 : 0;
      if (known < width) continue;
      const start = end + 1 - width;
      for (let filter = 0; filter < count; filter++) {
        let score = bias[filter]!;
        const first = filter * width * 4;
        for (let base = 0; base < width; base++) {
          score += weights[first + base * 4 + codes[start + base]!]!;
        }
        use(filter, score, start);
      }
    }
  }
}
