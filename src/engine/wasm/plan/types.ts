/**
 * What a thread needs to know to run a model. All of it is plain data, so that it can be sent to workers.
 *
 * @module
 */

import type { SequentialSpec as ModelSpec } from "../../../model/spec.ts";
import type { Tensor } from "../layout.ts";
import type { ActivationNode } from "../ops/activation.ts";
import type { BatchNormNode } from "../ops/batch_norm.ts";
import type { ConvNode } from "../ops/conv/shape.ts";
import type { DenseNode } from "../ops/dense.ts";
import type { DropoutNode } from "../ops/dropout.ts";
import type { GruNode } from "../ops/gru/shape.ts";
import type { PoolNode } from "../ops/pool.ts";
import type { SparseDenseNode } from "../ops/sparse_dense/run.ts";

/** Any node. */
export type PlanNode =
  | ConvNode
  | DenseNode
  | SparseDenseNode
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

/** A model, planned for batches of a size. */
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
