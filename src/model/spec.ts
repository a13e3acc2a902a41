/**
 * A model as plain JSON: the layers of a sequential 1-D network over bins × marks, or branches over several inputs with
 * a head that joins them; and its loss.
 *
 * @module
 */

import type { LayerSpec } from "./_layer_specs.ts";
import type { Loss } from "./loss.ts";

export type {
  ActivationLayer,
  BatchNormLayer,
  BidirectionalGruLayer,
  Conv1dLayer,
  DenseLayer,
  DropoutLayer,
  FlattenLayer,
  LayerSpec,
  LeakyReluLayer,
  LinearLayer,
  LstmLayer,
  MaxPool1dLayer,
  PlainActivationLayer,
  RecurrentLayer,
} from "./_layer_specs.ts";
export type { HuberLoss, Loss, LossName } from "./loss.ts";

/** The marks' signal in the bins around a gene's TSS: `[bins, marks]`. */
export interface SignalInput {
  /** Discriminator. */
  readonly name: "signal";
  /** Number of bins. */
  readonly bins: number;
  /** Number of marks. */
  readonly marks: number;
}

/** Which marks were measured: `[marks]`, 1 for those that were, 0 for the others. */
export interface MarkMaskInput {
  /** Discriminator. */
  readonly name: "markMask";
  /** Number of marks. */
  readonly marks: number;
}

/**
 * The DNA around a gene's TSS: `[bases]` codes, A 0, C 1, G 2, T 3, and 4 where the letter is not known. A branch sees them
 * one-hot, and four zeros for 4.
 */
export interface SequenceInput {
  /** Discriminator. */
  readonly name: "sequence";
  /** Number of bases. */
  readonly bases: number;
}

/** The sample's own marks in the compact form that references have: `[values]`. */
export interface SummaryInput {
  /** Discriminator. */
  readonly name: "summary";
  /** Number of values. */
  readonly values: number;
}

/**
 * Marks of the same gene in other cell types: up to `references` rows of `values`, with a mask of those that are
 * present.
 */
export interface ReferencesInput {
  /** Discriminator. */
  readonly name: "references";
  /** The most references of a sample. */
  readonly references: number;
  /** Number of values of a reference. */
  readonly values: number;
}

/** Known labels of the same references, under the same mask: up to `references` rows of `values`. */
export interface ReferenceLabelsInput {
  /** Discriminator. */
  readonly name: "referenceLabels";
  /** The most references of a sample. */
  readonly references: number;
  /** Number of values of a reference. */
  readonly values: number;
}

/** What is known of the gene, such as statistics of its labels in other cell types: `[values]`. */
export interface ContextInput {
  /** Discriminator. */
  readonly name: "context";
  /** Number of values. */
  readonly values: number;
}

/** One input of a sample. Its name says what it is, its sizes give the shape of one sample. */
export type InputSpec =
  | SignalInput
  | MarkMaskInput
  | SequenceInput
  | SummaryInput
  | ReferencesInput
  | ReferenceLabelsInput
  | ContextInput;

/** Name of an input. */
export type InputName = InputSpec["name"];

/** A branch with weights of its own. */
export interface EncoderBranch {
  /** Its name in the join. */
  readonly name: string;
  /** The input that it reads. */
  readonly input: InputName;
  /** From its input to its output; a branch without layers is its input. */
  readonly layers: readonly LayerSpec[];
  /** For a {@linkcode SharedBranch} only. */
  readonly encoder?: undefined;
}

/** A branch that shares layers and weights with another one, whose input has the same shape. */
export interface SharedBranch {
  /** Its name in the join. */
  readonly name: string;
  /** The input that it reads. */
  readonly input: InputName;
  /** Name of the branch that has the layers. */
  readonly encoder: string;
  /** For an {@linkcode EncoderBranch} only. */
  readonly layers?: undefined;
}

/** One branch: an input and the layers that read it. A branch over references reads each by itself. */
export type BranchSpec = EncoderBranch | SharedBranch;

/** Joins the output of a branch, flattened; not that of a branch over references. */
export interface OutputTerm {
  /** Discriminator. */
  readonly type: "output";
  /** Name of the branch. */
  readonly branch: string;
}

/** Joins the mean of a branch's outputs over the references that are present; 0 if all are absent. */
export interface MeanTerm {
  /** Discriminator. */
  readonly type: "mean";
  /** Name of a branch over references. */
  readonly branch: string;
}

/** Joins the output of a branch minus the mean of another over the references present; 0 if all are absent. */
export interface DifferenceTerm {
  /** Discriminator. */
  readonly type: "difference";
  /** Name of a branch that is not over references. */
  readonly branch: string;
  /** Name of a branch over references, with outputs of the same size. */
  readonly references: string;
}

/**
 * Joins a mean over the references present, weighted by how near each is to the sample; 0 if all are absent.
 *
 * The weights are the softmax over the references of −sharpness · k · d². Here d² is the mean squared difference
 * between the outputs of `near` and of `references`, and k is one trainable weight, 1 at first.
 */
export interface DistanceWeightedMeanTerm {
  /** Discriminator. */
  readonly type: "distanceWeightedMean";
  /** Name of a branch that is not over references. */
  readonly near: string;
  /** Name of a branch over references, with outputs of the same size. */
  readonly references: string;
  /**
   * Name of the branch over references whose outputs are averaged.
   *
   * @default {the branch of `references`}
   */
  readonly values?: string | undefined;
  /** Factor of the squared distance: above 0. */
  readonly sharpness: number;
}

/** One part of the row that the head reads. */
export type JoinTerm = OutputTerm | MeanTerm | DifferenceTerm | DistanceWeightedMeanTerm;

/** What joins the branches: the terms one after another, then layers. */
export interface HeadSpec {
  /** Concatenated in order. */
  readonly join: readonly JoinTerm[];
  /** From the joined row to one value; without layers the joined row is that value. */
  readonly layers: readonly LayerSpec[];
}

/** A model of one branch over `signal`: input shape, layers and loss. */
export interface SequentialSpec {
  /** Name, for reports and saved models. */
  readonly name: string;
  /** Number of bins of a sample. */
  readonly bins: number;
  /** Number of marks of a bin. */
  readonly marks: number;
  /** From input to output; the last shape is one value. */
  readonly layers: readonly LayerSpec[];
  /** What training minimises. */
  readonly loss: Loss;
}

/** A model of several branches and a head that joins them. */
export interface BranchedSpec {
  /** Name, for reports and saved models. */
  readonly name: string;
  /** What a sample consists of; each name once. */
  readonly inputs: readonly InputSpec[];
  /** What reads the inputs; each name once. */
  readonly branches: readonly BranchSpec[];
  /** What joins the branches. */
  readonly head: HeadSpec;
  /** What training minimises. */
  readonly loss: Loss;
}

/**
 * A model. Plain JSON; check one that came from outside with `parseSpec`. `modelGraph` has both kinds in one form.
 */
export type ModelSpec = SequentialSpec | BranchedSpec;

/**
 * Whether a model has branches and a head.
 *
 * @param spec The model.
 * @returns False for a sequential model.
 *
 * @example A preset is sequential
 * ```ts
 * import { isBranched, presetSpec } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(isBranched(presetSpec("wakawaka")), false);
 * ```
 */
export function isBranched(spec: ModelSpec): spec is BranchedSpec {
  return Object.hasOwn(spec, "branches");
}
