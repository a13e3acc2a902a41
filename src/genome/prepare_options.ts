/**
 * The files that are prepared, and how they are counted.
 *
 * @module
 */

import type { DepthNormalisation, ExpressionTransform, Orientation } from "../record.ts";
import type { CountingRule, CountOptions, SignalTrack } from "./signal/track.ts";
import type { GeneWindowsOptions } from "./windows.ts";

/** An opened file of reads or signal. */
export interface OpenedSignal {
  /** The reads or signal to count. */
  readonly track: SignalTrack;
  /** Releases the file and its index. */
  close(): void;
}

/** The file of one mark in one cell type. */
export interface SignalInput {
  /** Name of the cell type. */
  readonly cellType: string;
  /** Name of the mark. */
  readonly mark: string;
  /** Name of the file, for messages. */
  readonly name: string;
  /** Opens the file. Called twice, since all files are inspected before any is counted. */
  open(): Promise<OpenedSignal>;
}

/** Options of `prepare`. */
export interface PrepareOptions extends
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
   * `fragments` too, so that a fragment counts as 1, not 2.
   *
   * @default {"none"}
   */
  readonly normalisation?: DepthNormalisation | undefined;
  /**
   * Direction of the bins of genes on the minus strand.
   *
   * @default {"genomic"}
   */
  readonly orientation?: Orientation | undefined;
  /**
   * Name of the genome assembly.
   *
   * @default {The assembly that the lengths of the files' chromosomes identify, else the annotation's, else `unknown`.}
   */
  readonly assembly?: string | undefined;
  /**
   * The assembly that the genes' file says they are of: `assembly` of `readAnnotation`. If the lengths of a file's
   * chromosomes identify another assembly, the file is refused; if `assembly` is set, there is only a warning.
   */
  readonly annotationAssembly?: string | undefined;
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
   * How many files are counted at the same time. Each takes some ten megabytes of memory.
   *
   * @default {2}
   */
  readonly concurrency?: number | undefined;
  /** Called from time to time with the number of genes done and their total. Each gene counts once for each file. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Called with a warning about what may be wrong with the files but does not prevent counting them. */
  readonly onWarning?: ((message: string) => void) | undefined;
}
