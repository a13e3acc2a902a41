/**
 * What each kind of node does in a pass and in the update.
 *
 * @module
 */

import { activationBackward, activationForward } from "./ops/activation.ts";
import { batchNormBackward, batchNormForward, batchNormUpdate } from "./ops/batch_norm.ts";
import type { ExecutionContext, Part, Update } from "./ops/context.ts";
import { convBackward, convForward, convTranspose, convUpdate } from "./ops/conv/run.ts";
import { filterBytes } from "./ops/conv/shape.ts";
import { denseBackward, denseForward, denseTranspose, denseUpdate } from "./ops/dense.ts";
import { dropoutBackward, dropoutForward, type StepPosition } from "./ops/dropout.ts";
import { gruBackward, gruForward, gruTranspose, gruUpdate } from "./ops/gru/run.ts";
import { poolBackward, poolForward } from "./ops/pool.ts";
import {
  sparseDenseBackward,
  sparseDenseForward,
  sparseDenseUpdate,
} from "./ops/sparse_dense/run.ts";
import type { PlanNode } from "./plan/types.ts";

/** Outputs of a part's samples. `position` says where in the run the step stands, unless it is a prediction. */
export function forwardNode(
  context: ExecutionContext,
  node: PlanNode,
  { part, position }: { readonly part: Part; readonly position: StepPosition | undefined },
): void {
  switch (node.kind) {
    case "conv":
      return convForward(context, node, part);
    case "dense":
      return denseForward(context, node, part);
    case "sparseDense":
      return sparseDenseForward(context, node, { part, training: position !== undefined });
    case "bidirectionalGru":
      return gruForward(context, node, part);
    case "batchNorm":
      return batchNormForward(context, node, part);
    case "pool":
      return poolForward(context, node, part);
    case "dropout":
      return dropoutForward(context, node, { part, position });
    case "activation":
      return activationForward(context, node, part);
  }
}

/** Derivatives by the inputs of a part's samples. */
export function backwardNode(context: ExecutionContext, node: PlanNode, part: Part): void {
  switch (node.kind) {
    case "conv":
      return convBackward(context, node, part);
    case "dense":
      return denseBackward(context, node, part);
    case "sparseDense":
      return sparseDenseBackward(context, node, part);
    case "bidirectionalGru":
      return gruBackward(context, node, part);
    case "batchNorm":
      return batchNormBackward(context, node, part);
    case "pool":
      return poolBackward(context, node, part);
    case "dropout":
      return dropoutBackward(context, node, part);
    case "activation":
      return activationBackward(context, node, part);
  }
}

/** Moves some of a node's weights. */
export function updateNode(context: ExecutionContext, node: PlanNode, update: Update): void {
  switch (node.kind) {
    case "conv":
      return convUpdate(context, node, update);
    case "dense":
      return denseUpdate(context, node, update);
    case "sparseDense":
      return sparseDenseUpdate(context, node, update);
    case "bidirectionalGru":
      return gruUpdate(context, node, update);
    case "batchNorm":
      return batchNormUpdate(context, node, update);
    case "pool":
    case "dropout":
    case "activation":
      return;
  }
}

/** Renews the transposed copies of a node's weights, after they were written. */
export function transposeNode(context: ExecutionContext, node: PlanNode): void {
  switch (node.kind) {
    case "conv": {
      const rows = node.kernel.bytes / filterBytes(node.shape);
      return convTranspose(context, node, { firstRow: 0, rows });
    }
    case "dense": {
      const rows = node.kernel.bytes / node.output.stride;
      return denseTranspose(context, node, { firstRow: 0, rows });
    }
    case "bidirectionalGru":
      return gruTranspose(context, node);
    case "sparseDense":
    case "batchNorm":
    case "pool":
    case "dropout":
    case "activation":
      return;
  }
}
