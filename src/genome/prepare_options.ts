/**
 * The files that are prepared, and how they are counted.
 *
 * @module
 */

import type {
  ControlRule,
  DepthNormalisation,
  ExpressionTransform,
  Orientation,
  ReplicateRule,
} from "../record.ts";
import type { KeptNumbers } from "./kept_numbers.ts";
import type { CountingRule, CountOptions, SignalFormat, SignalTrack } from "./signal/track.ts";
import type { GeneWindowsOptions } from "./windows.ts";
import type { AbortOptions, OnProgress } from "../progress.ts";

/** An opened file of reads or signal. */
export interface OpenedSignal {
  /** The reads or signal to count. */
  readonly track: SignalTrack;
  /**
   * What changes when the file's content does, such as its length and the time of its last change.
   *
   * @default {not known}
   */
  readonly version?: string | undefined;
  /** Releases the file and its index. */
  close(): void;
}

/** The file of a control, such as an input or IgG sample. */
export interface ControlInput {
  /** Name of the file, for messages. */
  readonly name: string;
  /** The assembly that the sample sheet says the file is of. */
  readonly assembly?: string | undefined;
  /** Opens the file. Called at least twice, since all files are inspected before any is counted. */
  open(): Promise<OpenedSignal>;
}

/** The file of one mark, or of one replicate of it, in one cell type. */
export interface SignalInput {
  /** Name of the cell type. */
  readonly cellType: string;
  /** Name of the mark. */
  readonly mark: string;
  /** Name of the file, for messages. */
  readonly name: string;
  /** Name of the replicate, if there are several. */
  readonly replicate?: string | undefined;
  /** The assembly that the sample sheet says the file is of. */
  readonly assembly?: string | undefined;
  /** The control. Files that have the same object as their control share it, and it is counted once. */
  readonly control?: ControlInput | undefined;
  /** Opens the file. Called twice, since all files are inspected before any is counted. */
  open(): Promise<OpenedSignal>;
}

/** What was seen of a file of reads or signal when it was counted. */
export interface CountedFileFacts {
  /** Name of the file. */
  readonly name: string;
  /** Name of the cell type; for a control that several share, of the first. */
  readonly cellType: string;
  /** Name of the mark; for a control `control of` the mark. */
  readonly mark: string;
  /** What the file holds. */
  readonly format: SignalFormat;
  /** Number of reads in the whole file, as `SignalCounts` has it; `undefined` where it is not known. */
  readonly reads: number | undefined;
  /** Number of reads, or of fragments, that were counted in a window at least; `undefined` without reads. */
  readonly readsInWindows: number | undefined;
  /**
   * Share of the file's reads that were counted in a window at least, 0 to 1; of a pair that counts as one fragment, both
   * reads. `undefined` where a number is not known.
   */
  readonly shareInWindows: number | undefined;
}

/** Counts of files that were counted before. */
export interface KeptCounts {
  /**
   * Finds the counts of a file.
   *
   * @param file Name of the file.
   * @param origin Digest of all that its counts depend on.
   * @returns The counts; `undefined` if none are kept, so that the file is counted.
   */
  find(file: string, origin: string): Promise<KeptNumbers | undefined>;
}

/** Options of `prepare`. */
export interface PrepareOptions extends
  AbortOptions,
  GeneWindowsOptions,
  Pick<
    CountOptions,
    "extendBp" | "fragments" | "minMappingQuality" | "excludedFlags" | "blacklist"
  > {
  /** How the contents of a file become one number in each bin. */
  readonly rule: CountingRule;
  /**
   * The normalisation for sequencing depth: none, or a division by the file's reads in millions. These are all mapped
   * reads, including duplicates, reads below the lowest mapping quality and those that a blacklist leaves out; with
   * `fragments` too, so that a fragment counts as 1, not 2. Replicates that are averaged by `mean-rpm` are always
   * normalised, and those that are summed are divided by the reads of all of them.
   *
   * @default {"none"}
   */
  readonly normalisation?: DepthNormalisation | undefined;
  /**
   * What becomes of replicates, several files of one mark in one cell type. `sum` adds the counts of reads, as if the
   * files had been merged; it does not suit signal tracks, whose sum would depend on how many there are. `mean` averages
   * the values of the bins, of reads or of tracks. `mean-rpm` averages reads per million reads, so that a deep replicate
   * does not outweigh the others. `keep` says that replicates are cell types of their own, one file for each mark;
   * `cellTypeGroups` then says which of them belong together.
   *
   * @default {Replicates are refused.}
   */
  readonly replicates?: ReplicateRule | undefined;
  /**
   * How the controls of files are used; every file must have one. A control's counts c are scaled to the depth of the
   * file: multiplied by the file's reads and divided by the control's, as `reads` of `SignalCounts` has them. With x the
   * file's count, `subtract` takes max(0, x − c), and `ratio` takes (x + 1) / (c + 1). Replicates that are summed are
   * compared as a whole with the sum of their controls, each control once, as merged files would be; replicates that are
   * averaged are first compared each with its own.
   *
   * @default {Controls are not used, which a warning says if there are some.}
   */
  readonly control?: ControlRule | undefined;
  /**
   * What becomes of a mark that a cell type lacks: `refuse` throws an error, `mask` takes its values as 0 and lists it in
   * `missingMarks` of the result, so that the data say that it was not measured.
   *
   * @default {"refuse"}
   */
  readonly missingMarks?: "refuse" | "mask" | undefined;
  /**
   * The marks, in the order of the data.
   *
   * @default {The marks of the files, in order of first appearance.}
   */
  readonly marks?: readonly string[] | undefined;
  /**
   * The group of cell types that belong together, as replicates of one do. No split of the data separates them.
   *
   * @default {Each cell type is a group of its own.}
   */
  readonly cellTypeGroups?: ReadonlyMap<string, string> | undefined;
  /**
   * Direction of the bins of genes on the minus strand.
   *
   * @default {"genomic"}
   */
  readonly orientation?: Orientation | undefined;
  /**
   * Name of the genome assembly.
   *
   * @default {The assembly that the lengths of the files' chromosomes identify, else the one that the sample sheet or
   * headers of files name, else the annotation's, else `unknown`.}
   */
  readonly assembly?: string | undefined;
  /**
   * The assembly that the genes' file says they are of: `assembly` of `readAnnotation`. If the lengths of a file's
   * chromosomes, its header or the sample sheet say another assembly, the file is refused; if `assembly` is set, there is only a warning.
   */
  readonly annotationAssembly?: string | undefined;
  /** Name of the genes' file. If the file does not say its assembly but its name has another one, there is a warning. */
  readonly annotationFile?: string | undefined;
  /**
   * Expression of the genes in each cell type, `[gene]`; without labels the data are for prediction. A gene is left out
   * of the cell types where its label is NaN.
   */
  readonly labels?: ReadonlyMap<string, Float64Array<ArrayBuffer>> | undefined;
  /**
   * The transform that was applied to the labels.
   *
   * @default {The record does not mention a transform.}
   */
  readonly expressionTransform?: ExpressionTransform | undefined;
  /** The sample whose expression was subtracted, for the transform `signed-log-difference`. */
  readonly expressionReference?: string | undefined;
  /**
   * How many files are counted at the same time, at most: fewer if `mostCountBytes` does not allow as many.
   *
   * @default {2}
   */
  readonly concurrency?: number | undefined;
  /**
   * How many threads count, at most 8: sequences of BAM and bigWig files on disk, and in blobs, are shared out among them. Files of
   * other formats, and on servers, are counted on the caller's thread. The numbers do not depend on it.
   *
   * @default {One for each core, as far as the files are worth it.}
   */
  readonly threads?: number | undefined;
  /**
   * How many bytes counts may take in memory while they are streamed or collected, approximately, together with the threads
   * that help, which take some 20 MB each but leave half to counts. If those of all genes need more, some genes are counted
   * after others, and each file is read once for each of these bands: with an index only what lies near the band's genes,
   * otherwise whole.
   *
   * @default {134217728}
   */
  readonly mostCountBytes?: number | undefined;
  /**
   * Counts of files that were counted before, which take the place of counting them again.
   *
   * @default {none}
   */
  readonly kept?: KeptCounts | undefined;
  /** Called from time to time with the number of genes done. Each gene counts once for each file. */
  readonly onProgress?: OnProgress | undefined;
  /** Called with each file, and each control, after it was counted. */
  readonly onFile?: ((file: CountedFileFacts) => void) | undefined;
  /**
   * Called with the values of each file, and each control, `[gene, bin]` with bins by ascending coordinate, before they are
   * combined with those of others; once for each band of genes that are counted together. Their memory is used again after
   * the call.
   */
  readonly onValues?:
    | ((
      file: Pick<CountedFileFacts, "name" | "cellType" | "mark">,
      values: Float64Array,
    ) => void)
    | undefined;
  /** Called with a warning about what may be wrong with the files but does not prevent counting them. */
  readonly onWarning?: ((message: string) => void) | undefined;
}
