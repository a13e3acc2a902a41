/**
 * What a thread needs to know to predict samples of a model with branches in groups. All of it is plain data, so that it
 * can be sent to workers.
 *
 * The head's first layer is linear, so its kernel W can act before the join instead of after it: what it makes of a branch's
 * output is a function of the entry alone. Such a projection is computed once for each entry and kept beside it, as its
 * encoder's output is; for a sample, rows of projections are added up. With W₁, W₂ and W₃ for an output c, the mean m of
 * those of references, and the difference c − m, the sums are (W₁ + W₃) · c + mean of (W₂ − W₃) · references: two kernels
 * where the joined row needs three, and neither acts on what is known already.
 *
 * @module
 */

import type { Loss } from "../../../../model/spec.ts";
import type { GroupedProgram } from "../group.ts";

/** What is computed of an entry and kept: the output of its encoder, or a projection. */
export interface ColumnPlan {
  /** Index of its program. */
  readonly program: number;
  /** Where an entry has what it is computed from, and where the result goes: bytes after the entry's address. */
  readonly from: number;
  readonly to: number;
  /** Values of both. */
  readonly inputSize: number;
  readonly outputSize: number;
  /** Index of the column that it is computed from; −1 if that is the entry itself. */
  readonly after: number;
}

/** Entries that are the same if their values are, with what was computed of them. */
export interface TablePlan {
  /** Values of an entry, which are the first of its row. */
  readonly size: number;
  /** In the order in which they can be computed. */
  readonly columns: readonly ColumnPlan[];
  /** Address of the first entry, and bytes from one to the next. */
  readonly address: number;
  readonly stride: number;
  /** The most entries that are kept, and after them the room for those of a block that are not. */
  readonly capacity: number;
  readonly passing: number;
}

/** An input whose entries are in a table. */
export interface ReaderPlan {
  /** Index in `inputs` of the model. */
  readonly input: number;
  readonly table: number;
  /** Entries of a sample: its references, or 1. */
  readonly places: number;
  /** Whether `places` are references, of which any may be missing. */
  readonly overReferences: boolean;
  /** Bits of the columns that each of its entries needs. */
  readonly needs: number;
  /** For references: address of int32 `[sample of the block, use]`, addresses of the entries of a sample. */
  readonly list: number;
}

/** A row of sums that a sample's own entry adds. */
export interface OwnRow {
  readonly reader: number;
  /** The column of a sample with references, and of one without; and where they are in an entry. */
  readonly column: number;
  readonly offset: number;
  readonly aloneColumn: number;
  readonly aloneOffset: number;
}

/** Rows of sums of which the mean over a sample's references is added. */
export interface MeanRow {
  readonly reader: number;
  readonly offset: number;
}

/** A distance-weighted mean. */
export interface DistancePlan {
  /** What is compared: where the sample's own row and those of its references are. */
  readonly near: MeanRow;
  readonly references: MeanRow;
  /** Vectors of these rows, and values. */
  readonly vectors: number;
  readonly size: number;
  readonly sharpness: number;
  /** Index in `weightShapes(spec)` of the factor of the squared distance. */
  readonly scale: number;
  /** Number of the factor among those of all such means. */
  readonly number: number;
  /** What is averaged: projections, or a number for each reference whose mean is an extra of the sample. */
  readonly values:
    | { readonly kind: "rows"; readonly row: MeanRow }
    | { readonly kind: "scalars"; readonly list: number; readonly extra: number };
}

/** An input with a number for each reference. */
export interface ScalarList {
  readonly input: number;
  readonly places: number;
  /** Address of float32 `[sample of the block, use]`, zeros up to a whole vector. */
  readonly list: number;
  /** Bytes from one sample's to the next's. */
  readonly stride: number;
}

/** Values of an input that are extras of a sample as they are. */
export interface ExtraValues {
  readonly input: number;
  readonly size: number;
  /** Number of the first among the extras. */
  readonly first: number;
}

/** Which rows of the head's first kernel make a kernel of a projection, and with which sign. */
export interface ProjectionPart {
  readonly firstRow: number;
  readonly sign: 1 | -1;
}

/** How the weights of a program are made. */
export type ProgramWeights =
  | { readonly kind: "model" }
  | {
    readonly kind: "projection";
    readonly parts: readonly ProjectionPart[];
    readonly size: number;
  };

/** Programs, each over groups of entries or samples, with their weights. */
export interface JoinedProgramPart {
  readonly program: GroupedProgram;
  readonly weights: ProgramWeights;
}

/** Where the extras of a sample and their kernel are. The first extra is 1, and its row of the kernel the bias. */
export interface ExtrasPlan {
  readonly count: number;
  /** Address of float32 `[sample of the block, extra]`, and bytes from one sample's to the next's. */
  readonly address: number;
  readonly stride: number;
  /** Address of float32 `[extra, unit]`. */
  readonly kernel: number;
  /** For each extra but the first, its row in the head's first kernel. */
  readonly kernelRows: readonly number[];
}

/** Addresses of lists of a sample, with room for its references: a vector for each, a number for each, and again. */
export interface SampleScratch {
  readonly lanes: number;
  readonly distances: number;
  readonly weights: number;
}

/** A model with branches, planned for groups. */
export interface JoinedPlan {
  readonly loss: Loss;
  readonly tables: readonly TablePlan[];
  readonly readers: readonly ReaderPlan[];
  readonly own: readonly OwnRow[];
  readonly means: readonly MeanRow[];
  readonly distances: readonly DistancePlan[];
  readonly scalars: readonly ScalarList[];
  readonly extraValues: readonly ExtraValues[];
  readonly extras: ExtrasPlan;
  readonly scratch: SampleScratch;
  /** Units of the head's first layer, and the vectors that they fill. */
  readonly units: number;
  readonly vectors: number;
  /** Indices in `weightShapes(spec)` of its weights. */
  readonly kernel: number;
  readonly bias: number;
  /** Samples of a block. */
  readonly blockSamples: number;
}

/** What a thread is sent. */
export interface JoinedProgram {
  readonly plan: JoinedPlan;
  /** The programs of columns, then that of the head after its first layer, whose memory has all that the plan places. */
  readonly parts: readonly JoinedProgramPart[];
  /** The kernels over that memory. */
  readonly module: WebAssembly.Module;
}
