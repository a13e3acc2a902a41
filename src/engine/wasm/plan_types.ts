/**
 * The nodes of a plan and their places in memory. All of it is plain data, so that it can be sent to workers.
 *
 * @module
 */

import type { SequentialSpec as ModelSpec } from "../../model/spec.ts";
import type { ConvShape } from "./kernels/conv.ts";
import type { GruShape } from "./kernels/gru_layout.ts";
import type { Parameter, Tensor } from "./layout.ts";

interface NodeBase {
  /** Prefix of its kernels. */
  readonly name: string;
  /** Index in `spec.layers` of the layer with the weights, or of the only one. */
  readonly layer: number;
  readonly input: Tensor;
  readonly output: Tensor;
}

/** A convolution with the activation and the pooling that follow it at once. */
export interface ConvNode extends NodeBase {
  readonly kind: "conv";
  readonly shape: ConvShape;
  /** Of the activation; 1 is none. */
  readonly slope: number;
  readonly pool: number | undefined;
  readonly kernel: Parameter;
  readonly bias: Parameter;
  /** Kernel as the forward pass reads it. */
  readonly transposed: number;
  /** Offsets of the maxima, laid out as the output; with a pool only. */
  readonly offsets: number | undefined;
  /** Address of part 0's sums of the gradients of kernel and bias, and bytes to the next part's. */
  readonly parts: { readonly kernel: number; readonly bias: number; readonly stride: number };
}

/** A dense layer with its activation. */
export interface DenseNode extends NodeBase {
  readonly kind: "dense";
  readonly slope: number;
  readonly kernel: Parameter;
  readonly bias: Parameter;
  /** Kernel as the backward pass reads it. */
  readonly transposed: number;
}

/**
 * A dense layer whose input has many zeros, which the products leave out; see `kernels/lists.ts`. The kernel is
 * kept as `[panel, input, unit of the panel]`, as the lists want it.
 */
export interface ListedDenseNode extends NodeBase {
  readonly kind: "listedDense";
  readonly slope: number;
  readonly kernel: Parameter;
  readonly bias: Parameter;
  /** What decides which inputs are listed in training: a dropout's mask; absent, they themselves do. */
  readonly gate: Pick<DropoutNode, "mask" | "maskSlot"> | undefined;
  /** Address of the first sample's list, bytes to the next one's, and from a list to the sums of its entries. */
  readonly lists: { readonly address: number; readonly slot: number; readonly sums: number };
  /** Zeros, a row of a panel. */
  readonly zeros: number;
}

/**
 * A bidirectional GRU. Its rows of units are padded to whole vectors, so the output is a flattened row with two
 * runs. In training it takes the derivatives by its output as scratch memory.
 */
export interface GruNode extends NodeBase {
  readonly kind: "bidirectionalGru";
  readonly shape: GruShape;
  /** `[input, direction, gate, unit]`. */
  readonly kernel: Parameter;
  /** `[direction, gate, unit]`. */
  readonly bias: Parameter;
  /** `[direction, unit of the state, gate, unit]`. */
  readonly recurrent: Parameter;
  /** The two kernels as the backward pass reads them: rows and columns swapped, the latter's in each direction. */
  readonly transposed: { readonly kernel: number; readonly recurrent: number };
  /** The first sample's `GruRecord`. */
  readonly records: number;
}

/** Batch normalisation. All of its arrays are one row of channels long. */
export interface BatchNormNode extends NodeBase {
  readonly kind: "batchNorm";
  readonly momentum: number;
  readonly epsilon: number;
  readonly gamma: Parameter;
  readonly beta: Parameter;
  readonly movingMean: number;
  readonly movingVariance: number;
  /** Sums of each part: two rows, then the next part's. */
  readonly parts: number;
  readonly mean: number;
  /** Rows a, b and c of the affine function that is the forward, and the backward pass. */
  readonly forward: number;
  readonly backward: number;
}

/** A pooling that does not follow a convolution at once. */
export interface PoolNode extends NodeBase {
  readonly kind: "pool";
  readonly size: number;
  readonly offsets: number;
}

/** Dropout; one mask of values without gaps a sample. */
export interface DropoutNode extends NodeBase {
  readonly kind: "dropout";
  readonly rate: number;
  readonly mask: number;
  readonly maskSlot: number;
}

/** An activation that does not follow a convolution or a dense layer at once. */
export interface ActivationNode extends NodeBase {
  readonly kind: "activation";
  readonly slope: number;
}

/** Any node. */
export type PlanNode =
  | ConvNode
  | DenseNode
  | ListedDenseNode
  | GruNode
  | BatchNormNode
  | PoolNode
  | DropoutNode
  | ActivationNode;

/** Part of the update: some rows of a node's kernels, or all of its weights. */
export interface UpdateTask {
  readonly node: number;
  readonly firstRow: number;
  readonly rows: number;
}

/** All that a thread needs to know. Plain data. */
export interface Plan {
  readonly batchSize: number;
  readonly loss: ModelSpec["loss"];
  readonly input: Tensor;
  readonly output: Tensor;
  readonly nodes: readonly PlanNode[];
  readonly updates: readonly UpdateTask[];
  /** Address of the first thread's scratch memory, and its size. */
  readonly scratch: number;
  readonly scratchBytes: number;
  /** Size of the memory in pages of 64 KiB. */
  readonly pages: number;
}
