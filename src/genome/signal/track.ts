/**
 * The common interface of reads and signal tracks: the options of counting, and its results.
 *
 * @module
 */

import type { Contig } from "../chromosomes.ts";
import type { GeneWindows } from "../windows.ts";

/**
 * How the contents of a file become one number in each bin.
 *
 * - `reads`: the number of reads that overlap the bin by at least one base, as `bedtools multicov` 2.30 counts them.
 *   Duplicates and reads that failed quality control are left out. Strand does not matter, and neither does mapping
 *   quality unless you ask for it. Secondary and supplementary alignments count. A deletion or a spliced-out intron
 *   counts as part of its read. An unmapped read at its mate's place counts there as one base.
 * - `mean-depth`: the mean over the bin's bases of the number of reads that cover each base. The reads are the same,
 *   except that unmapped reads are left out.
 * - `mean`, `sum` and `max` of a signal track, as pyBigWig's `stats(..., exact=True)` computes them: over the bases
 *   that have a value, so `mean` does not count other bases as zeros. A bin without values is 0. So is a bin with a
 *   NaN, which some tools write for missing data.
 */
export type CountingRule = "reads" | "mean-depth" | "mean" | "sum" | "max";

/** The rules for reads. */
export const READ_RULES: readonly CountingRule[] = ["reads", "mean-depth"];

/** The rules for signal tracks. */
export const TRACK_RULES: readonly CountingRule[] = ["mean", "sum", "max"];

/** What a text file holds: reads (`bed`, which includes tagAlign) or a signal track (`bedgraph`). */
export type TextFormat = "bed" | "bedgraph";

/** What a file holds: reads (`bam`, `bed`) or a signal track (`bigwig`, `bedgraph`). */
export type SignalFormat = "bam" | "bigwig" | TextFormat;

/** Options of {@linkcode SignalTrack.count}. */
export interface CountOptions {
  /** The rule, which must suit what the file holds: reads or a signal track. */
  readonly rule: CountingRule;
  /**
   * Length in base pairs of the DNA fragments whose ends the reads are. A shorter read is extended from its 5' end to
   * this length, within its chromosome; the mates of a pair are extended separately. With 0, reads are not extended.
   *
   * @default {0}
   */
  readonly extendBp?: number | undefined;
  /**
   * Lowest mapping quality of a read that counts, 0 to 255. For BAM files only, since BED has no column for it.
   *
   * @default {0}
   */
  readonly minMappingQuality?: number | undefined;
  /**
   * Chromosomes and their lengths in base pairs, for text files, which lack lengths: nothing past an end is counted.
   * BAM and bigWig files have the lengths.
   *
   * @default {No lengths, so that extended reads may reach past an end.}
   */
  readonly chromosomes?: readonly Required<Contig>[] | undefined;
  /** Called from time to time with the number of genes done and their total. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Called with a warning about what is odd about a file's content but does not prevent counting it. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** The result of {@linkcode SignalTrack.count}. */
export interface SignalCounts {
  /**
   * One number for each bin by ascending coordinate, `[gene, bin]` row-major, genes in their original order. If the
   * file has an infinite value in any window, at least one bin is infinite.
   */
  readonly values: Float64Array<ArrayBuffer>;
  /** The sequences that the file names; in a text file without an index, those that have a row. */
  readonly contigs: readonly Contig[];
  /**
   * Number of reads in the whole file, inside and outside of windows. For a BAM file these are its mapped reads
   * including duplicates, as `samtools idxstats` reads them from the index; for BED they are its rows. `undefined` for
   * a signal track, and if an old index lacks the number.
   */
  readonly reads: number | undefined;
}

/** An opened file of reads or signal. It reads from its source, which the caller closes. */
export interface SignalTrack {
  /** Name of the file. */
  readonly name: string;
  /** What the file holds. */
  readonly format: SignalFormat;
  /** The sequences that the file names, with lengths if it has them; `undefined` for text without an index. */
  readonly contigs: readonly Contig[] | undefined;
  /** Warnings about what is odd about the file but does not prevent counting it, as far as opening it shows. */
  readonly warnings?: readonly string[];
  /** `false` if the file's own summary of its values shows negative, infinite or missing values. */
  readonly hasSoundSummary?: boolean;
  /**
   * Counts the file's reads or signal into windows, 0-based half-open, in one pass in file order. Chromosomes are
   * matched with and without `chr`. On chromosomes that the file lacks, and past the ends of chromosomes, all values
   * are zero; `checkAssembly` warns if genes lie there.
   *
   * @throws {ContractError} If the rule or an option does not suit this kind of file.
   * @throws {RangeError} If an option is out of range.
   * @throws {FormatError} If the file is damaged; with the file and the line or the offset in bytes.
   */
  count(windows: GeneWindows, options: CountOptions): Promise<SignalCounts>;
}
