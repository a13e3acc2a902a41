import { workOfSequenceConv } from "./sequence.ts";
import { chainsOf, type Plan, type PlanNode } from "./types.ts";

/**
 * Multiply-adds that a forward pass takes for an entry of each chain, in the order of `chainsOf(plan)`: about as many
 * as the kernels do, gaps counted. The head's are those of a sample, with its join.
 */
export function countWork(plan: Plan): number[] {
  const work = chainsOf(plan).map(({ nodes }) =>
    nodes.reduce((sum, node) => sum + workOfNode(node), 0)
  );
  if (plan.join !== undefined) {
    const { branches, terms } = plan.join;
    const values = branches.reduce((sum, { places, vectors }) => sum + 4 * vectors * places, 0);
    work.push(work.pop()! + values * terms.length);
  }
  return work;
}

function workOfNode(node: PlanNode): number {
  switch (node.kind) {
    case "conv":
      return node.kernel.bytes / 4 * node.shape.outputPositions;
    case "sequenceConv":
      return workOfSequenceConv(node);
    case "dense":
    case "wideDense":
    case "sparseDense":
      return node.kernel.bytes / 4;
    case "bidirectionalGru":
    case "lstm":
      return (node.kernel.bytes + node.recurrent.bytes) / 4 * node.shape.positions;
    case "batchNorm":
    case "pool":
    case "dropout":
    case "activation":
    case "gelu":
    case "compact":
      return node.input.rows * node.input.stride / 4;
  }
}
