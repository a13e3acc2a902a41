/**
 * What each kind of node does back and in the update, and what those kinds do in other passes that few models have.
 *
 * @module
 */

import type { ExtendedNode } from "../extended_nodes.ts";
import { countValues } from "../layout.ts";
import { activationBackward } from "../ops/activation.ts";
import { batchNormBackward, batchNormForward, batchNormUpdate } from "../ops/batch_norm/run.ts";
import { updateBias } from "../ops/bias_update.ts";
import { compactBackward } from "../ops/compact.ts";
import type { BackwardPass, ExecutionContext, ForwardPass, Update } from "../ops/context.ts";
import { convBackward, convUpdate, renewFilters } from "../ops/conv/backward.ts";
import { allFilters } from "../ops/conv/run.ts";
import { denseBackward, denseTranspose, denseUpdate } from "../ops/dense_gradients.ts";
import { dropoutBackward } from "../ops/dropout_masks.ts";
import { geluBackward, geluForward } from "../ops/gelu.ts";
import { gruBackward, gruForward, gruTranspose, gruUpdate } from "../ops/gru/run.ts";
import { lstmBackward, lstmForward } from "../ops/lstm/run.ts";
import { lstmTranspose, lstmUpdate } from "../ops/lstm/update.ts";
import { poolBackward } from "../ops/pool_gradients.ts";
import {
  makeTables,
  sequenceBackward,
  sequenceForward,
  sequenceUpdate,
} from "../ops/sequence/run.ts";
import { sparseDenseBackward, sparseDenseForward } from "../ops/sparse_dense/run.ts";
import { sparseDenseUpdate } from "../ops/sparse_dense/update.ts";
import { prepareMasks } from "../ops/wide_dense/masks.ts";
import { wideActivationBackward, wideFinish } from "../ops/wide_dense/run.ts";
import type { PlanNode } from "../plan/types.ts";

/** Computes the outputs of a part's samples. */
export function forwardExtended(
  context: ExecutionContext,
  node: ExtendedNode,
  pass: ForwardPass,
): void {
  switch (node.kind) {
    case "sequenceConv":
      return sequenceForward(context, node, pass);
    case "sparseDense":
      return sparseDenseForward(context, node, pass);
    case "wideDense":
      return wideFinish(context, node, pass);
    case "bidirectionalGru":
      return gruForward(context, node, pass.part);
    case "lstm":
      return lstmForward(context, node, pass.part);
    case "batchNorm":
      return batchNormForward(context, node, pass.part);
    case "gelu":
      return geluForward(context, node, pass.part);
  }
}

/** Computes the derivatives with respect to the inputs of a part's samples, and what the update needs from the part. */
export function backwardNode(context: ExecutionContext, node: PlanNode, pass: BackwardPass): void {
  switch (node.kind) {
    case "conv":
      return convBackward(context, node, pass);
    case "sequenceConv":
      return sequenceBackward(context, node, pass);
    case "dense":
      return denseBackward(context, node, pass);
    case "sparseDense":
      return sparseDenseBackward(context, node, pass);
    case "wideDense":
      return wideActivationBackward(context, node, pass.part);
    case "bidirectionalGru":
      return gruBackward(context, node, pass);
    case "lstm":
      return lstmBackward(context, node, pass);
    case "batchNorm":
      return batchNormBackward(context, node, pass);
    case "pool":
      return poolBackward(context, node, pass);
    case "dropout":
      return dropoutBackward(context, node, pass);
    case "activation":
      return activationBackward(context, node, pass);
    case "gelu":
      return geluBackward(context, node, pass);
    case "compact":
      return compactBackward(context, node, pass);
  }
}

/** Moves some of a node's weights. */
export function updateNode(context: ExecutionContext, node: PlanNode, update: Update): void {
  switch (node.kind) {
    case "conv":
      return convUpdate(context, node, update);
    case "sequenceConv":
      return sequenceUpdate(context, node, update);
    case "dense":
      return denseUpdate(context, node, update);
    case "sparseDense":
      return sparseDenseUpdate(context, node, update);
    case "wideDense":
      // Its kernel has moved already.
      return updateBias(context, node, update);
    case "bidirectionalGru":
      return gruUpdate(context, node, update);
    case "lstm":
      return lstmUpdate(context, node, update);
    case "batchNorm":
      return batchNormUpdate(context, node, update);
    case "pool":
    case "dropout":
    case "activation":
    case "gelu":
    case "compact":
      return;
  }
}

/** Renews the copies of a node's weights that training reads, or all passes of a node of another kind. */
export function transposeExtended(context: ExecutionContext, node: PlanNode): void {
  switch (node.kind) {
    case "conv":
      return renewFilters(context, node, allFilters(node));
    case "dense":
      return denseTranspose(context, node, { firstRow: 0, rows: countValues(node.input) });
    case "sequenceConv":
      return makeTables(context, node);
    case "bidirectionalGru":
      return gruTranspose(context, node);
    case "lstm":
      return lstmTranspose(context, node);
    case "wideDense":
      return prepareMasks(context, node);
    case "sparseDense":
    case "batchNorm":
    case "pool":
    case "dropout":
    case "activation":
    case "gelu":
    case "compact":
      return;
  }
}
