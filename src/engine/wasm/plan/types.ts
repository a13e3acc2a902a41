/**
 * What a thread needs to know to run a model. All of it is plain data, so that it can be sent to workers.
 *
 * @module
 */

import type { Loss } from "../../../model/spec.ts";
import type { OwnMemoryPlace } from "../assembler/own_memory.ts";
import type { Tensor } from "../layout.ts";
import type { ActivationNode } from "../ops/activation.ts";
import type { BatchNormNode } from "../ops/batch_norm/node.ts";
import type { CompactNode } from "../ops/compact.ts";
import type { ConvNode } from "../ops/conv/shape.ts";
import type { DenseNode } from "../ops/dense.ts";
import type { DropoutNode, EntryOrigins } from "../ops/dropout.ts";
import type { GeluNode } from "../ops/gelu.ts";
import type { GruNode } from "../ops/gru/shape.ts";
import type { EntryUses, JoinNode } from "../ops/join/types.ts";
import type { LstmNode } from "../ops/lstm/shape.ts";
import type { PoolNode } from "../ops/pool.ts";
import type { SequenceConvNode } from "../ops/sequence/shape.ts";
import type { WideDenseNode } from "../ops/wide_dense/shape.ts";
import type { SparseDenseNode } from "../ops/sparse_dense/run.ts";

/** Any node of a chain. */
export type PlanNode =
  | ConvNode
  | SequenceConvNode
  | DenseNode
  | SparseDenseNode
  | WideDenseNode
  | GruNode
  | LstmNode
  | BatchNormNode
  | PoolNode
  | DropoutNode
  | ActivationNode
  | GeluNode
  | CompactNode;

/** Nodes one after another. */
export interface Chain {
  readonly input: Tensor;
  readonly output: Tensor;
  readonly nodes: readonly PlanNode[];
  /** Bytes between rows of the derivatives with respect to the input. */
  readonly inputDeltaStride: number;
}

/**
 * Layers of an encoder, which reads one input of the network, or several of the same shape: entry by entry. An encoder
 * is one such chain, or two where only the later layers must be computed for each sample.
 */
export interface EncoderChain extends Chain {
  /** The most entries of a batch. */
  readonly capacity: number;
  /** Where predictions keep what it has computed; absent where that would rarely be asked for again. */
  readonly kept: KeptEntries | undefined;
  /** What it reads if not an input of the network. */
  readonly follows: FollowedChain | undefined;
  readonly origins: EntryOrigins;
  readonly uses: EntryUses;
  /**
   * Whether an entry that several samples share must be computed for each of them in training: dropout has a mask for
   * each sample, and batch normalisation takes means over samples.
   */
  readonly bySample: boolean;
  /** Whether an entry takes long: it reads a long sequence. */
  readonly heavy: boolean;
}

/** Entries of a chain that were computed for predictions, and are not computed again while the weights stay the same. */
export interface KeptEntries {
  /** The most entries that are kept. */
  readonly capacity: number;
  /** Address of an int32: the number of the first entry that the batch adds. */
  readonly first: number;
  /** What the entries were computed from, unless sequences' numbers tell; and the outputs. */
  readonly inputs: Tensor | undefined;
  readonly values: Tensor;
}

/** The chain whose outputs another one reads. */
export interface FollowedChain {
  /** Its index in `encoders`. */
  readonly chain: number;
  /** int32 `[entry]`: which of its entries each entry of the reader is computed from. */
  readonly entryOf: number;
  /** Whether the reader has a copy of what it reads; else it also adds up the derivatives of each entry. */
  readonly copies: boolean;
}

/** From an input of the model to a branch's outputs. */
export interface BranchRoute {
  /** Index in `inputs` of the model. */
  readonly input: number;
  /** Indices in `encoders` of the chain that reads it, and of the one that has the outputs: the same, or the next. */
  readonly first: number;
  readonly last: number;
}

/** What joins encoders into the rows that the last chain, the head, reads. */
export interface JoinPlan extends JoinNode {
  /** The route of each branch. */
  readonly routes: readonly BranchRoute[];
}

/** A model, planned for batches of a size. */
export interface Plan {
  /** The most samples of a batch. */
  readonly batchSize: number;
  readonly loss: Loss;
  /** The chains of the encoders in the order of `modelGraph`; none in a sequential model. */
  readonly encoders: readonly EncoderChain[];
  /** What joins them; absent in a sequential model. */
  readonly join: JoinPlan | undefined;
  /** The head; in a sequential model all its layers. Its output is the network's. */
  readonly head: Chain;
  /** Address of the first thread's scratch memory, and its size. */
  readonly scratch: number;
  readonly scratchBytes: number;
  /** The first thread's own memory, the end of its scratch memory. */
  readonly own: OwnMemoryPlace;
  /** Size of the memory in pages of 64 KiB. */
  readonly pages: number;
}

/** All chains of a plan, the head last: their indices are those of {@linkcode UpdateTask}. */
export function chainsOf({ encoders, head }: Pick<Plan, "encoders" | "head">): readonly Chain[] {
  return [...encoders, head];
}
