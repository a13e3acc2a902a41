/**
 * The common interface of reads and signal tracks: the options of counting, and its results.
 *
 * @module
 */

import type { Contig } from "../chromosomes.ts";
import type { GeneWindows } from "../windows.ts";
import type { Blacklist } from "./intervals.ts";
import type { AbortOptions, OnProgress } from "../../progress.ts";

/**
 * How the contents of a file become one number in each bin.
 *
 * - `reads`: the number of reads that overlap the bin by at least one base, as `bedtools multicov` 2.30 counts them.
 *   Duplicates and reads that failed quality control are left out, unless other flags are excluded. Strand does not
 *   matter, and neither does mapping quality unless you ask for it. Secondary and supplementary alignments count. A
 *   deletion or a spliced-out intron counts as part of its read. An unmapped read at its mate's place counts there as
 *   one base. With `fragments`, each proper pair is counted once in place of its reads.
 * - `mean-depth`: the mean over the bin's bases of the number of reads that cover each base. The reads are the same,
 *   except that unmapped reads are left out.
 * - `mean`, `sum` and `max` of a signal track, as pyBigWig's `stats(..., exact=True)` computes them: over the bases
 *   that have a value, so `mean` does not count other bases as zeros. A bin without values is 0. So is a bin with a
 *   NaN, which some tools write for missing data.
 * - `enrichment`: a peak's enrichment (signalValue, column 7 of narrowPeak and broadPeak) times the share of the bin
 *   that it covers, summed over peaks. A bin without peaks is 0. Rows that follow each other and differ in their
 *   summits (column 10 of narrowPeak) and values are one peak, with the largest of these.
 */
export type CountingRule = "reads" | "mean-depth" | "mean" | "sum" | "max" | "enrichment";

/** The rules for reads. */
export const READ_RULES: readonly CountingRule[] = ["reads", "mean-depth"];

/** The rules for signal tracks. */
export const TRACK_RULES: readonly CountingRule[] = ["mean", "sum", "max"];

/** The rules for peaks. */
export const PEAK_RULES: readonly CountingRule[] = ["enrichment"];

/**
 * What a text file holds: reads (`bed`, which includes tagAlign), a signal track (`bedgraph`), or peaks (`peaks`, in the
 * form of narrowPeak or broadPeak).
 */
export type TextFormat = "bed" | "bedgraph" | "peaks";

const TEXT_FORMATS: ReadonlySet<string> = new Set<TextFormat>(["bed", "bedgraph", "peaks"]);

/** Whether files of a format are text, which lacks the lengths of chromosomes. */
export function isText(format: SignalFormat): format is TextFormat {
  return TEXT_FORMATS.has(format);
}

/** What a file holds: reads (`bam`, `cram`, `bed`), a signal track (`bigwig`, `bedgraph`) or `peaks`. */
export type SignalFormat = "bam" | "cram" | "bigwig" | TextFormat;

/** The SAM flags of duplicates (0x400) and of reads that failed quality control (0x200). */
export const USUAL_EXCLUDED_FLAGS = 0x600;

/** Longer pairs are not counted as fragments: no library has such, and their mates lie too far from a window. */
export const LONGEST_FRAGMENT_BP = 10_000;

/** Options of {@linkcode SignalTrack.count}. */
export interface CountOptions extends AbortOptions {
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
   * Whether to count each proper pair once, as the fragment between its ends, in place of its reads: for paired reads of
   * CUT&RUN, CUT&Tag and ATAC. The fragment has the length that the aligner gave (TLEN), from the mate that starts it,
   * whose flags and mapping quality decide. Single reads, reads of improper pairs, secondary and supplementary
   * alignments, and pairs longer than {@linkcode LONGEST_FRAGMENT_BP} are not counted. Rows of BED are counted as they
   * are, since each is one fragment already. Reads cannot be extended too.
   *
   * @default {false}
   */
  readonly fragments?: boolean | undefined;
  /**
   * Lowest mapping quality of a read that counts, 0 to 255. For BAM and CRAM files only, since BED has no column for it.
   *
   * @default {0}
   */
  readonly minMappingQuality?: number | undefined;
  /**
   * SAM flags of which a read that counts has none, 0 to 65535, as of `samtools view -F`. For BAM and CRAM files only.
   *
   * @default {0x600, duplicates and reads that failed quality control}
   */
  readonly excludedFlags?: number | undefined;
  /**
   * Parts of the genome to leave out. Reads and fragments that overlap one by a base are not counted, as if `bedtools
   * intersect -v` had removed them, which keeps unmapped reads at their mates' places; what counts is where a read was
   * aligned, before it is extended. In signal tracks and peaks, the bases inside have no value.
   *
   * @default {No parts.}
   */
  readonly blacklist?: Blacklist | undefined;
  /**
   * Whether the number of reads in the whole file is needed. Only CRAM files take longer: their index does not have it,
   * so all their flags are read.
   *
   * @default {false}
   */
  readonly totalReads?: boolean | undefined;
  /**
   * Chromosomes and their lengths in base pairs, for text files, which lack lengths: nothing past an end is counted.
   * BAM and bigWig files have the lengths.
   *
   * @default {No lengths, so that extended reads may reach past an end.}
   */
  readonly chromosomes?: readonly Required<Contig>[] | undefined;
  /**
   * Called at the end with what was seen of pairs, which are then not judged: for a file whose windows are counted in
   * several parts.
   *
   * @default {Single reads are refused, and unusual pairs are warned of.}
   */
  readonly onPairs?: ((seen: PairsSeen) => void) | undefined;
  /** Called from time to time with the number of genes done. */
  readonly onProgress?: OnProgress | undefined;
  /** Called with a warning about what is odd about a file's content but does not prevent counting it. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** What was seen of the pairs of reads near some windows, when fragments are counted. */
export interface PairsSeen {
  /** Number of reads. */
  readonly reads: number;
  /** How many of them are one of a pair. */
  readonly paired: number;
  /** How many of them are of a proper pair. */
  readonly ofProperPairs: number;
  /** Number of proper pairs that are too long to be fragments. */
  readonly tooLong: number;
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
   * Number of reads in the whole file, inside and outside of windows, whichever of them are counted. For BAM and CRAM
   * files these are the mapped reads including duplicates, as `samtools idxstats` has them; for BED they are the rows.
   * `undefined` for a signal track and for peaks, if an old index lacks the number, and for a CRAM file unless
   * `totalReads` is set.
   */
  readonly reads: number | undefined;
  /**
   * Number of reads, or with `fragments` of fragments, that were counted in a window at least, each once. `undefined` for
   * a signal track and for peaks.
   */
  readonly readsInWindows?: number | undefined;
}

/** An opened file of reads or signal. It reads from its source, which the caller closes. */
export interface SignalTrack {
  /** Name of the file. */
  readonly name: string;
  /** What the file holds. */
  readonly format: SignalFormat;
  /** The sequences that the file names, with lengths if it has them; `undefined` for text without an index. */
  readonly contigs: readonly Contig[] | undefined;
  /** The assembly that the header of a text file names, such as `db` of a `track` line, as UCSC calls it. */
  readonly assembly?: string | undefined;
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
