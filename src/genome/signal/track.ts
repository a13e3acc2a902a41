/**
 * Reads and signal tracks as one interface: what a file is counted with, and what comes out.
 *
 * @module
 */

import type { Contig } from "../chromosomes.ts";
import type { GeneWindows } from "../windows.ts";

/**
 * How a file becomes one number a bin.
 *
 * - `reads`: the number of reads that overlap the bin by at least one base, as `bedtools multicov` 2.30 counts:
 *   duplicates and reads that failed quality control are left out; the strand and, unless asked for, the mapping
 *   quality do not matter; secondary and supplementary alignments count; a deletion or a spliced-out intron
 *   counts as part of its read; an unmapped read that was given its mate's place counts there as one base.
 * - `mean-depth`: the mean over the bin's bases of the number of reads that cover them; the same reads, without
 *   unmapped ones.
 * - `mean`, `sum` and `max` of a signal track, as `stats(..., exact=True)` of pyBigWig: over the bases that have
 *   a value, so `mean` does not count the others as zeros. A bin without any is 0. A bin
 *   with a value that is NaN, as some tools write for missing data, is 0, too.
 */
export type CountingRule = "reads" | "mean-depth" | "mean" | "sum" | "max";

/** The rules for reads. */
export const READ_RULES: readonly CountingRule[] = ["reads", "mean-depth"];

/** The rules for signal tracks. */
export const TRACK_RULES: readonly CountingRule[] = ["mean", "sum", "max"];

/** What a text file holds: reads (`bed`, which tagAlign is), or a signal track (`bedgraph`). */
export type TextFormat = "bed" | "bedgraph";

/** What a file holds: reads (`bam`, `bed`), or a signal track (`bigwig`, `bedgraph`). */
export type SignalFormat = "bam" | "bigwig" | TextFormat;

/** How {@linkcode SignalTrack.count} counts. */
export interface CountOptions {
  /** The rule; one for reads or one for signal tracks, as the file is. */
  readonly rule: CountingRule;
  /**
   * Length of the DNA fragments that the reads are the ends of, in base pairs. A shorter read is extended to it
   * from its 5' end, within its chromosome; each mate of a pair on its own. 0 leaves reads as they are.
   *
   * Default: `0`.
   */
  readonly extendBp?: number;
  /**
   * Lowest mapping quality of a read that counts, 0 to 255; of BAM files only, as BED has no such column.
   *
   * Default: `0`.
   */
  readonly minMappingQuality?: number;
  /**
   * Chromosomes and their lengths, for text files, which do not tell them: what lies past an end is not counted. BAM
   * and bigWig files have their own.
   *
   * Default: none, so that extended reads may reach past an end.
   */
  readonly chromosomes?: readonly Required<Contig>[];
  /** Called now and then with the number of genes done and of all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called with what is odd about a file's content but does not keep it from being counted. */
  readonly onWarning?: (message: string) => void;
}

/** What {@linkcode SignalTrack.count} gives. */
export interface SignalCounts {
  /**
   * One number a bin by ascending coordinate, `[gene, bin]` row-major; genes in their original order. Infinite in
   * one bin at least if the file has an infinite value in any window.
   */
  readonly values: Float64Array<ArrayBuffer>;
  /** The sequences that the file names; without an index, those that have a row. */
  readonly contigs: readonly Contig[];
  /**
   * All reads of the file, within windows or not: for a BAM file its mapped reads, duplicates too, as
   * `samtools idxstats` has them from the index; for BED its rows. `undefined` for a signal track, and where
   * an old index does not tell.
   */
  readonly reads: number | undefined;
}

/** An opened file of reads or signal. It reads from its source, which stays the caller's to close. */
export interface SignalTrack {
  /** Name of the file. */
  readonly name: string;
  /** What the file holds. */
  readonly format: SignalFormat;
  /** The sequences that the file names, with their lengths if it tells; `undefined` for text without an index. */
  readonly contigs: readonly Contig[] | undefined;
  /** What is odd about the file but does not keep it from being counted, as far as opening it told. */
  readonly warnings?: readonly string[];
  /** `false` where the file's own summary of its values tells of some below zero, infinite or missing. */
  readonly hasSoundSummary?: boolean;
  /**
   * Counts the file's reads or signal into windows, 0-based half-open, in one pass in file order. Chromosomes
   * are matched with and without `chr`. On those that the file lacks and past a chromosome's ends all is zero;
   * `checkAssembly` tells whether that is so of many.
   *
   * @throws {ContractError} If the rule or an option is not for this kind of file.
   * @throws {RangeError} If an option is out of range.
   * @throws {FormatError} If the file is damaged; with the file and the line or the offset in bytes.
   */
  count(windows: GeneWindows, options: CountOptions): Promise<SignalCounts>;
}
