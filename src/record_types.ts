/**
 * The data record, and the choices that its fields name.
 *
 * @module
 */

import type { UnknownBases } from "./base/sequence_packer.ts";
import type { SequenceControl } from "./sequence_control.ts";

/** Element-wise function of the counts; `log1p` is ln(1 + x), `asinh` is ln(x + √(x² + 1)). */
export type Transform = "none" | "log1p" | "asinh";

/** Every {@linkcode Transform}; the first is the report's. */
export const TRANSFORMS: readonly Transform[] = ["none", "log1p", "asinh"];

/**
 * The direction in which the bins of a gene on the minus strand run: `genomic` by ascending coordinate on either
 * strand (DeepChrome), `transcript` from upstream to downstream (Chromoformer, deepTools).
 */
export type Orientation = "genomic" | "transcript";

/** Every {@linkcode Orientation}. */
export const ORIENTATIONS: readonly Orientation[] = ["genomic", "transcript"];

/** The normalisation for sequencing depth: none, or counts in reads per million reads of the file. */
export type DepthNormalisation = "none" | "rpm";

/** Every {@linkcode DepthNormalisation}. */
export const DEPTH_NORMALISATIONS: readonly DepthNormalisation[] = ["none", "rpm"];

/**
 * The transform of expression values: none, log2(x + 1), ln(x + √(x² + 1)), or the competition's label: with d the
 * difference from a reference sample, sign(d) · ln(1 + |d|).
 */
export type ExpressionTransform = "none" | "log2p1" | "asinh" | "signed-log-difference";

/** Every {@linkcode ExpressionTransform}. */
export const EXPRESSION_TRANSFORMS: readonly ExpressionTransform[] = [
  "none",
  "log2p1",
  "asinh",
  "signed-log-difference",
];

/**
 * What became of replicates, several files of one mark in one cell type: their counts were added, averaged, averaged
 * after scaling each to reads per million, or kept apart as samples that belong together.
 */
export type ReplicateRule = "sum" | "mean" | "mean-rpm" | "keep";

/** Every {@linkcode ReplicateRule}. */
export const REPLICATE_RULES: readonly ReplicateRule[] = ["sum", "mean", "mean-rpm", "keep"];

/**
 * How a control, such as an input or IgG sample, was used: `subtract` takes its count, scaled to the depth of the mark,
 * from the mark's and ends at 0; `ratio` is (mark + 1) / (scaled control + 1).
 */
export type ControlRule = "subtract" | "ratio";

/** Every {@linkcode ControlRule}. */
export const CONTROL_RULES: readonly ControlRule[] = ["subtract", "ratio"];

/**
 * What the windows are centred on: the 5' end of each gene, of the gene's canonical transcript (Ensembl canonical or
 * MANE), or of every transcript; or `bed` if the windows were given as intervals.
 */
export type TssRule = "gene" | "canonical" | "transcript" | "bed";

/** Every {@linkcode TssRule}. */
export const TSS_RULES: readonly TssRule[] = ["gene", "canonical", "transcript", "bed"];

/**
 * The direction in which the letters of a gene on the minus strand run: `transcript` if they are the reverse complement
 * of the genome's, from upstream to downstream, `genomic` if they are the genome's own on either strand; `unknown` where
 * a file of sequences does not say.
 */
export type SequenceOrientation = Orientation | "unknown";

/** Every {@linkcode SequenceOrientation}. */
export const SEQUENCE_ORIENTATIONS: readonly SequenceOrientation[] = [...ORIENTATIONS, "unknown"];

/** The description of a data set's DNA. */
export interface SequenceRecord {
  /** Bases of each gene. */
  readonly bases: number;
  /**
   * The place of the TSS's base among them, from 0, such as 5000 for TSS ± 5000 bp; it is the same on both strands.
   * Missing where a file of sequences does not say.
   */
  readonly tssBase?: number | undefined;
  /** Direction of the letters of minus-strand genes. */
  readonly orientation: SequenceOrientation;
  /** What N and the other letters that stand for several bases became. */
  readonly unknownAs: UnknownBases;
  /** The file that the letters were taken from, for people. It is not compared. */
  readonly source?: string | undefined;
  /** The sequences that a model saw in place of its genes' own, as a control; missing for these. It is not compared. */
  readonly control?: SequenceControl | undefined;
}

/**
 * The description of a data set's numbers. The window of a gene needs no field: with `bins` bins it is
 * `[tss - bins * binSizeBp / 2, tss + bins * binSizeBp / 2)`, 0-based half-open, and one base further right for genes on
 * the minus strand in `transcript` orientation; see `geneWindows`.
 */
export interface DataRecord {
  /** Genome assembly of the coordinates, such as `hg19`; `unknown` if it is not known. */
  readonly assembly: string;
  /** Width of a bin, in base pairs. */
  readonly binSizeBp: number;
  /** Direction of the bins of minus-strand genes. */
  readonly orientation: Orientation;
  /** The rule by which reads or signal became one number for each bin, such as `reads`. */
  readonly countingRule: string;
  /** Names of the marks, in the order of the last axis. */
  readonly marks: readonly string[];
  /** The transform that was already applied to the numbers; `none` for plain counts. */
  readonly transform: Transform;
  /**
   * Length to which reads were extended from their 5' ends, in base pairs; 0 if they were not extended.
   *
   * @default {0}
   */
  readonly extendBp?: number | undefined;
  /**
   * Lowest mapping quality of a read that was counted.
   *
   * @default {0}
   */
  readonly minMappingQuality?: number | undefined;
  /**
   * The normalisation for sequencing depth.
   *
   * @default {"none"}
   */
  readonly normalisation?: DepthNormalisation | undefined;
  /**
   * The SAM flags of which a read must have none to be counted.
   *
   * @default {1536, duplicates and reads that failed quality control}
   */
  readonly excludedFlags?: number | undefined;
  /**
   * Whether each proper pair was counted once, as the fragment between its ends, rather than as two reads.
   *
   * @default {false}
   */
  readonly fragments?: boolean | undefined;
  /** What became of replicates; missing if the data have no replicates. */
  readonly replicates?: ReplicateRule | undefined;
  /** How controls were used; missing if the data have no controls. */
  readonly control?: ControlRule | undefined;
  /** The intervals that were left out, as `sha256:` and the digest of their file; missing if all were counted. */
  readonly blacklist?: string | undefined;
  /**
   * What the windows are centred on.
   *
   * @default {"gene"}
   */
  readonly tss?: TssRule | undefined;
  /** The transform of the labels; missing if there are no labels, or if it is not known. */
  readonly expressionTransform?: ExpressionTransform | undefined;
  /** The sample whose expression was subtracted, for `signed-log-difference`. */
  readonly expressionReference?: string | undefined;
  /** What the DNA is; missing if the data have no sequences, or the model reads none. */
  readonly sequence?: SequenceRecord | undefined;
  /** Where the numbers come from, for people. It is not compared. */
  readonly source?: string | undefined;
}
