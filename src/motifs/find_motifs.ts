/**
 * Motifs that filters stand for: the letters of the sites at which they respond most (as in DeepBind, Alipanahi et al.
 * 2015, and Basset, Kelley et al. 2016).
 *
 * @module
 */

import { plainHook } from "../base/watched_hook.ts";
import { countSequences, type PackedSequences, unpackSequence } from "../base/sequences.ts";
import type { SequenceFilters } from "./filters.ts";
import { informationBits, type Motif } from "./motif.ts";
import { type FilterSites, WindowScorer } from "./_window_scorer.ts";
import type { OnProgress } from "../progress.ts";

/** A filter as a motif. */
export interface FilterMotif extends Motif {
  /** Number of the filter, from 0. */
  readonly filter: number;
  /** Number of sites at which it responds by at least `threshold`; 0 if it never responds. */
  readonly sites: number;
  /** Its greatest response to any site, before the activation. */
  readonly maximum: number;
  /** The least response of a site that counts. */
  readonly threshold: number;
  /** Information of all positions in bits, compared with the sequences' letters. */
  readonly bits: number;
  /** Number of sites that begin in each bin of the sequences, `[bin]`. */
  readonly positions: readonly number[];
}

/** What filters respond to in some sequences. */
export interface FoundMotifs {
  /** One for each filter, in the filters' order. */
  readonly motifs: readonly FilterMotif[];
  /** Shares of A, C, G and T in the sequences, `[letter]`. */
  readonly background: readonly number[];
  /** Bases of a bin of `positions`. */
  readonly binBases: number;
  /** Number of sequences. */
  readonly sequences: number;
}

/** Options of {@linkcode findMotifs}. */
export interface FindMotifsOptions {
  /**
   * The entries to look at, in any order; each counts as often as it is listed.
   *
   * @default {all}
   */
  readonly entries?: Iterable<number> | undefined;
  /**
   * The share of a filter's greatest response that a site must have: above 0 and at most 1.
   *
   * @default {0.5}
   */
  readonly threshold?: number | undefined;
  /**
   * Bins into which the places of sites are counted, at most the number of bases.
   *
   * @default {50}
   */
  readonly positionBins?: number | undefined;
  /** Called after each sequence; one that is looked at twice counts twice. It must not be asynchronous. */
  readonly onProgress?: OnProgress | undefined;
  /** Gives the work up, between two sequences: the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the motif of each filter: the counts of letters at all sites at which the filter responds by at least half of its
 * greatest response to any site (see `threshold`). Sites with a base that is not known, and those that reach past an end,
 * are left out. A filter that never responds, because its greatest response is not above 0, has no sites and a motif that
 * says nothing.
 *
 * This function is not asynchronous, so it can wait for nothing, and hear of nothing that `onProgress` promises.
 *
 * @param filters The filters.
 * @param sequences The sequences.
 * @param options Which sequences, and what counts as a site.
 * @returns A motif for each filter.
 * @throws {RangeError} If an option is out of range, or the sequences are shorter than the filters.
 * @throws {TypeError} If `onProgress` returns a promise.
 *
 * @example A filter that wants GA
 * ```ts
 * import { packSequences } from "@waka/histone/io";
 * import { consensusOf, findMotifs } from "@waka/histone/motifs";
 * import { strictEqual } from "node:assert";
 *
 * const weights = Float32Array.of(0, 0, 1, 0, 1, 0, 0, 0); // [filter, base, letter]
 * const filters = { count: 1, width: 2, weights, bias: new Float32Array(1) };
 * const { motifs } = findMotifs(filters, packSequences(["CCGACC", "TGATTT"]), { threshold: 1 });
 * strictEqual(consensusOf(motifs[0]!), "GA");
 * strictEqual(motifs[0]!.sites, 2);
 * ```
 */
export function findMotifs(
  filters: SequenceFilters,
  sequences: PackedSequences,
  options: FindMotifsOptions = {},
): FoundMotifs {
  const { threshold = 0.5, positionBins = 50, signal } = options;
  const onProgress = plainHook(options.onProgress, { action: "find motifs", name: "onProgress" });
  const { bases } = sequences;
  const entries = [...options.entries ?? Array(countSequences(sequences)).keys()];
  checkOptions({ threshold, positionBins, bases, width: filters.width });
  const bins = Math.min(positionBins, bases);
  const binBases = Math.ceil(bases / bins);
  const scorer = new WindowScorer(filters, { bases, binBases });
  const letters = new Float64Array(5);
  const codes = new Uint8Array(bases);
  const visit = (use: (codes: Uint8Array) => void, first: number) => {
    const total = entries.length * scorer.passes;
    for (const [i, entry] of entries.entries()) {
      signal?.throwIfAborted();
      unpackSequence(sequences, entry, codes);
      use(codes);
      onProgress?.({ done: first + i + 1, total, unit: "sequences" });
    }
  };
  visit((codes) => {
    for (const code of codes) letters[code]!++;
    scorer.look(codes);
  }, 0);
  scorer.choose(threshold);
  if (scorer.passes === 2) visit((codes) => scorer.count(codes), entries.length);
  const background = backgroundOf(letters);
  return {
    motifs: scorer.finish().map((sites, filter) => toMotif(sites, { filter, background })),
    background,
    binBases,
    sequences: entries.length,
  };
}

function checkOptions(
  { threshold, positionBins, bases, width }: {
    readonly threshold: number;
    readonly positionBins: number;
    readonly bases: number;
    readonly width: number;
  },
): void {
  if (!(threshold > 0 && threshold <= 1)) {
    throw new RangeError(
      `Cannot find motifs: threshold is ${threshold}, expected a number above 0 and at most 1`,
    );
  }
  if (!Number.isInteger(positionBins) || positionBins < 1) {
    throw new RangeError(
      `Cannot find motifs: positionBins is ${positionBins}, expected an integer >= 1`,
    );
  }
  if (bases >= width) return;
  throw new RangeError(
    `Cannot find motifs: the sequences have ${bases} bases, expected at least the filters' width, ${width}`,
  );
}

/** Shares of the letters; each counts one more, so that every share is above 0. */
function backgroundOf(letters: Float64Array): number[] {
  const counts = [...letters.subarray(0, 4)].map((count) => count + 1);
  const sum = counts.reduce((total, count) => total + count, 0);
  return counts.map((count) => count / sum);
}

function toMotif(
  { counts, sites, maximum, threshold, positions }: FilterSites,
  { filter, background }: { readonly filter: number; readonly background: readonly number[] },
): FilterMotif {
  const matrix = counts.map((column) =>
    sites === 0 ? [...background] : column.map((count) => count / sites)
  );
  const motif = { name: `filter${filter + 1}`, matrix, sites };
  const bits = informationBits(motif, background).reduce((sum, each) => sum + each, 0);
  return { ...motif, filter, maximum, threshold, bits, positions };
}

/** What a log-odds of the greatest weight of a filter is taken to be, where no sequences say it. */
const LARGEST_LOG_ODDS = Math.log(50);

/**
 * Makes motifs of filters without sequences: the probabilities of letters are taken to be in proportion to the
 * exponential of their weights, scaled so that the largest difference between two letters of a position is a factor of 50.
 * What a filter responds to in real sequences may be less, see {@linkcode findMotifs}.
 *
 * @param filters The filters.
 * @returns A motif for each.
 *
 * @example
 * ```ts
 * import { consensusOf, motifsOfWeights } from "@waka/histone/motifs";
 * import { strictEqual } from "node:assert";
 *
 * const weights = Float32Array.of(0, 0, 1, 0, 1, 0, 0, 0); // [filter, base, letter]
 * const [motif] = motifsOfWeights({ count: 1, width: 2, weights, bias: new Float32Array(1) });
 * strictEqual(consensusOf(motif!), "GA");
 * ```
 */
export function motifsOfWeights({ count, width, weights }: SequenceFilters): Motif[] {
  return Array.from({ length: count }, (_, filter) => {
    const columns = Array.from({ length: width }, (_, base) => {
      const first = (filter * width + base) * 4;
      return [...weights.subarray(first, first + 4)];
    });
    const range = Math.max(...columns.map((column) => Math.max(...column) - Math.min(...column)));
    const scale = range === 0 ? 0 : LARGEST_LOG_ODDS / range;
    const matrix = columns.map((column) => {
      const odds = column.map((weight) => Math.exp(scale * (weight - Math.max(...column))));
      const sum = odds.reduce((total, each) => total + each, 0);
      return odds.map((each) => each / sum);
    });
    return { name: `filter${filter + 1}`, matrix };
  });
}
