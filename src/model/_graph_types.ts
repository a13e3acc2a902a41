/**
 * The normal form of a model; see `graph.ts`.
 *
 * @module
 */

import type { SampleShape } from "./layer_shapes.ts";
import type { InputSpec, LayerSpec, Loss } from "./spec.ts";

/** Consecutive layers of a model. */
export interface LayerChain {
  /** Where they are in the spec, for messages: `layers`, `branches[1].layers` or `head.layers`. */
  readonly place: string;
  /** The layers; may be empty. */
  readonly layers: readonly LayerSpec[];
  /** Number of the first of them; the others follow. */
  readonly firstLayer: number;
  /** Shapes of a sample, or of one reference: before the first layer, and after each. */
  readonly shapes: readonly [SampleShape, ...SampleShape[]];
  /** The last of `shapes`. */
  readonly outputShape: SampleShape;
}

/** Layers that read one input, or several of the same shape. */
export interface Encoder extends LayerChain {
  /** Name of the branch that has the layers. */
  readonly name: string;
  /** Indices of the branches that use it. */
  readonly branches: readonly number[];
  /** Whether one of them is over references. */
  readonly overReferences: boolean;
}

/** An input read by an encoder. */
export interface GraphBranch {
  /** Its name. */
  readonly name: string;
  /** Index of the input in `inputs`. */
  readonly input: number;
  /** Index in `encoders`. */
  readonly encoder: number;
  /** Whether the encoder reads each reference of a sample by itself. */
  readonly overReferences: boolean;
  /** Number of values of its output for a sample, or for one reference. */
  readonly size: number;
}

/** Where a term's values are in the joined row. */
export interface TermPlace {
  /** The first of them. */
  readonly offset: number;
  /** How many. */
  readonly size: number;
}

/** A term of the join; branches are indices in `branches`. What each computes is said at `JoinTerm`. */
export type GraphTerm =
  & TermPlace
  & (
    | { readonly type: "output"; readonly branch: number }
    | { readonly type: "mean"; readonly branch: number }
    | { readonly type: "difference"; readonly branch: number; readonly references: number }
    | {
      readonly type: "distanceWeightedMean";
      readonly near: number;
      readonly references: number;
      readonly values: number;
      readonly sharpness: number;
    }
  );

/** A model with its names resolved and its shapes known. */
export interface ModelGraph {
  /** Name of the model. */
  readonly name: string;
  /** What training minimises. */
  readonly loss: Loss;
  /** What a sample consists of. */
  readonly inputs: readonly InputSpec[];
  /** The most references of a sample; 0 if the model reads none. */
  readonly references: number;
  /** In order of their first use in `branches`. */
  readonly encoders: readonly Encoder[];
  /** In the spec's order. */
  readonly branches: readonly GraphBranch[];
  /** In the spec's order. */
  readonly join: readonly GraphTerm[];
  /** Shape of the joined row. */
  readonly joinShape: readonly [number];
  /** What reads the joined row; its last shape is the model's output. */
  readonly head: LayerChain;
}
