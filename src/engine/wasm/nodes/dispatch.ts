/**
 * What each kind of node does in a pass and in the update.
 *
 * @module
 */

import type { PlanNode } from "../plan_types.ts";
import { backwardBatchNorm, forwardBatchNorm, updateBatchNorm } from "./batch_norm.ts";
import { backwardConv, forwardConv, updateConv } from "./conv.ts";
import { backwardDense, forwardDense, updateDense } from "./dense.ts";
import { backwardGru, forwardGru, updateGru } from "./gru.ts";
import { backwardListedDense, forwardListedDense, updateListedDense } from "./listed_dense.ts";
import type { Machine, Part, Update } from "./machine.ts";
import {
  backwardActivation,
  backwardDropout,
  backwardPool,
  forwardActivation,
  forwardDropout,
  forwardPool,
  type StepPosition,
} from "./simple.ts";

/** Outputs of a part's samples. `position` says where in the run the step stands, unless it is a prediction. */
export function forwardNode(
  machine: Machine,
  node: PlanNode,
  { part, position }: { readonly part: Part; readonly position: StepPosition | undefined },
): void {
  switch (node.kind) {
    case "conv":
      return forwardConv(machine, node, part);
    case "dense":
      return forwardDense(machine, node, part);
    case "listedDense":
      return forwardListedDense(machine, node, { part, training: position !== undefined });
    case "bidirectionalGru":
      return forwardGru(machine, node, part);
    case "batchNorm":
      return forwardBatchNorm(machine, node, part);
    case "pool":
      return forwardPool(machine, node, part);
    case "dropout":
      return forwardDropout(machine, node, { part, position });
    case "activation":
      return forwardActivation(machine, node, part);
  }
}

/** Derivatives by the inputs of a part's samples. */
export function backwardNode(machine: Machine, node: PlanNode, part: Part): void {
  switch (node.kind) {
    case "conv":
      return backwardConv(machine, node, part);
    case "dense":
      return backwardDense(machine, node, part);
    case "listedDense":
      return backwardListedDense(machine, node, part);
    case "bidirectionalGru":
      return backwardGru(machine, node, part);
    case "batchNorm":
      return backwardBatchNorm(machine, node, part);
    case "pool":
      return backwardPool(machine, node, part);
    case "dropout":
      return backwardDropout(machine, node, part);
    case "activation":
      return backwardActivation(machine, node, part);
  }
}

/** Moves some of a node's weights. */
export function updateNode(machine: Machine, node: PlanNode, update: Update): void {
  switch (node.kind) {
    case "conv":
      return updateConv(machine, node, update);
    case "dense":
      return updateDense(machine, node, update);
    case "listedDense":
      return updateListedDense(machine, node, update);
    case "bidirectionalGru":
      return updateGru(machine, node, update);
    case "batchNorm":
      return updateBatchNorm(machine, node, update);
    case "pool":
    case "dropout":
    case "activation":
      return;
  }
}
