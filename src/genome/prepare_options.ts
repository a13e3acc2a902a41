/**
 * What goes into a preparation: files, and how they are counted.
 *
 * @module
 */

import type { DepthNormalisation, ExpressionTransform, Orientation } from "../record.ts";
import type { CountingRule, CountOptions, SignalTrack } from "./signal/track.ts";
import type { GeneWindowsOptions } from "./windows.ts";

/** An opened file. */
export interface OpenedSignal {
  /** What is counted. */
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
  /** Opens the file; called twice, for a look at all files comes before the counting. */
  open(): Promise<OpenedSignal>;
}

/** How `prepare` counts. */
export interface PrepareOptions
  extends GeneWindowsOptions, Pick<CountOptions, "extendBp" | "minMappingQuality"> {
  /** How a file becomes one number a bin. */
  readonly rule: CountingRule;
  /**
   * What to do about sequencing depth: nothing, or divide by the file's reads in millions. These are all mapped
   * reads, duplicates too, whatever the lowest mapping quality.
   *
   * Default: `"none"`.
   */
  readonly normalisation?: DepthNormalisation;
  /**
   * Direction of the bins of genes on the minus strand.
   *
   * Default: `"genomic"`.
   */
  readonly orientation?: Orientation;
  /**
   * Name of the genome assembly.
   *
   * Default: what the lengths of the files' chromosomes tell, else the annotation, else `unknown`.
   */
  readonly assembly?: string | undefined;
  /**
   * The assembly that the genes are of by what their file says: `assembly` of `readAnnotation`. If the lengths of a
   * file's chromosomes say another, the file is refused, or, where `assembly` is named, warned of.
   */
  readonly annotationAssembly?: string | undefined;
  /**
   * Expression of the genes in each cell type, `[gene]`; without it the data are for prediction. A gene is left out of
   * the cell types where its label is NaN.
   */
  readonly labels?: ReadonlyMap<string, Float64Array<ArrayBuffer>> | undefined;
  /** What was applied to the labels, for the record, which is silent about it by default. */
  readonly expressionTransform?: ExpressionTransform | undefined;
  /**
   * How many files are counted at once. Each takes some ten megabytes.
   *
   * Default: `2`.
   */
  readonly concurrency?: number;
  /** Called now and then with the number of genes done and of all, each counted once a file. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called with what may be wrong with the files but does not keep them from being counted. */
  readonly onWarning?: (message: string) => void;
}
