/**
 * What nodes of the usual kinds do in a prediction, and where the others' code is.
 *
 * @module
 */

import { extendedCode } from "./extended_code.ts";
import { isPlain } from "./extended_nodes.ts";
import { activationForward } from "./ops/activation.ts";
import { compactForward } from "./ops/compact.ts";
import type { ExecutionContext, ForwardPass } from "./ops/context.ts";
import { allFilters, convForward, convTranspose } from "./ops/conv/run.ts";
import { denseForward } from "./ops/dense.ts";
import { dropoutPassOn } from "./ops/dropout.ts";
import { poolForward } from "./ops/pool.ts";
import type { PlanNode } from "./plan/types.ts";

/** Computes the outputs of a part's samples. */
export function forwardNode(context: ExecutionContext, node: PlanNode, pass: ForwardPass): void {
  switch (node.kind) {
    case "conv":
      if (node.transformed !== undefined && pass.mode === "train") {
        return extendedCode().forwardTransformed(context, node, {
          ...node.transformed,
          part: pass.part,
        });
      }
      return convForward(context, node, pass.part);
    case "dense":
      return denseForward(context, node, pass.part);
    case "pool":
      return poolForward(context, node, pass.part);
    case "dropout":
      if (pass.mode !== "predict") return extendedCode().dropoutForward(context, node, pass);
      return dropoutPassOn(context, node, pass.part);
    case "activation":
      return activationForward(context, node, pass.part);
    case "compact":
      return compactForward(context, node, pass.part);
    default:
      return extendedCode().forwardExtended(context, node, pass);
  }
}

/** Renews the copies of a node's weights that the context's kernels read, after the weights were written. */
export function transposeNode(context: ExecutionContext, node: PlanNode): void {
  if (context.trains || !isPlain(node)) return extendedCode().transposeExtended(context, node);
  if (node.kind !== "conv") return;
  convTranspose(context, node, allFilters(node));
}
