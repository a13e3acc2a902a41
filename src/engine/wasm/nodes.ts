/**
 * What nodes of the usual kinds do in a prediction, and where the others' code is.
 *
 * @module
 */

import { extendedCode } from "./extended_code.ts";
import { countValues } from "./layout.ts";
import { activationForward } from "./ops/activation.ts";
import { compactForward } from "./ops/compact.ts";
import type { ExecutionContext, ForwardPass } from "./ops/context.ts";
import { convForward, convTranspose } from "./ops/conv/run.ts";
import { filterBytes } from "./ops/conv/shape.ts";
import { denseForward, denseTranspose } from "./ops/dense.ts";
import { dropoutForward } from "./ops/dropout.ts";
import { poolForward } from "./ops/pool.ts";
import type { PlanNode } from "./plan/types.ts";

/** Computes the outputs of a part's samples. */
export function forwardNode(context: ExecutionContext, node: PlanNode, pass: ForwardPass): void {
  switch (node.kind) {
    case "conv":
      return convForward(context, node, pass);
    case "dense":
      return denseForward(context, node, pass.part);
    case "pool":
      return poolForward(context, node, pass.part);
    case "dropout":
      return dropoutForward(context, node, pass);
    case "activation":
      return activationForward(context, node, pass.part);
    case "compact":
      return compactForward(context, node, pass.part);
    default:
      return extendedCode().forwardExtended(context, node, pass);
  }
}

/** Renews the transposed copies of a node's weights, after they were written. */
export function transposeNode(context: ExecutionContext, node: PlanNode): void {
  switch (node.kind) {
    case "conv": {
      const rows = node.kernel.bytes / filterBytes(node.shape);
      return convTranspose(context, node, { firstRow: 0, rows });
    }
    case "dense":
      return denseTranspose(context, node, { firstRow: 0, rows: countValues(node.input) });
    case "pool":
    case "dropout":
    case "activation":
    case "compact":
      return;
    default:
      return extendedCode().transposeExtended(context, node);
  }
}
