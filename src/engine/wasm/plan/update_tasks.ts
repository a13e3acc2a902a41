import { countValues } from "../layout.ts";
import { filterBytes } from "../ops/conv/shape.ts";
import { sequenceBytes } from "../ops/sequence/shape.ts";
import { countKernelRows } from "../ops/recurrent/layout.ts";
import { recurrentLayout } from "../ops/recurrent/layout_of.ts";
import { rowsOfDenseTask, rowsOfTask, SPARSE_ROWS } from "./dense.ts";
import { chainsOf, type Plan, type PlanNode } from "./types.ts";

/** Part of the update: some rows of a node's weights, or all of a node's or a term's. */
export type UpdateTask =
  | {
    readonly chain: number;
    readonly node: number;
    readonly firstRow: number;
    readonly rows: number;
  }
  | { readonly term: number };

/** Rows of a node's weights that one task moves. */
export interface TaskRows {
  readonly firstRow: number;
  readonly rows: number;
}

/** The tasks of the update, the longest first, so that the threads finish together. */
export function planUpdates(plan: Pick<Plan, "encoders" | "head" | "join">): UpdateTask[] {
  const tasks = chainsOf(plan).flatMap(({ nodes }, chain) =>
    nodes.flatMap((node, index) =>
      updateTasks(node).map((rows) => ({
        work: updateWork(node, rows),
        task: { chain, node: index, ...rows },
      }))
    )
  );
  const updates: UpdateTask[] = tasks.sort((a, b) => b.work - a.work).map(({ task }) => task);
  for (const [term, { type }] of plan.join?.terms.entries() ?? []) {
    if (type === "distanceWeightedMean") updates.push({ term });
  }
  return updates;
}

/** Cuts the update of a node's weights into tasks. */
function updateTasks(node: PlanNode): TaskRows[] {
  switch (node.kind) {
    case "batchNorm":
    case "wideDense":
    case "sequenceConv":
      return [{ firstRow: 0, rows: 0 }];
    case "conv": {
      const bytes = filterBytes(node.shape);
      return cutRows({ count: node.kernel.bytes / bytes, block: rowsOfTask(bytes) });
    }
    case "dense":
    case "sparseDense": {
      const sparse = node.kind === "sparseDense";
      const block = sparse ? SPARSE_ROWS : rowsOfDenseTask(node.output.stride);
      return cutRows({ count: countValues(node.input), block });
    }
    case "bidirectionalGru":
    case "lstm": {
      const layout = recurrentLayout(node);
      const inputs = countKernelRows(layout);
      const units = layout.unit / 4;
      const kernel = cutRows({ count: inputs, block: rowsOfTask(layout.all) });
      const recurrent = Array.from({ length: layout.directions }, (_, direction) => {
        const first = inputs + direction * units;
        return cutRows({ first, count: units, block: rowsOfTask(layout.gates) });
      });
      return [kernel, ...recurrent].flat();
    }
    case "pool":
    case "dropout":
    case "activation":
    case "gelu":
    case "compact":
      return [];
  }
}

/**
 * About how long a task takes, in units of its own. A convolution adds up the parts' sums; other layers sum over all
 * samples, which takes four times as long for as many weights.
 */
export function updateWork(node: PlanNode, { firstRow, rows }: TaskRows): number {
  switch (node.kind) {
    case "conv":
      return rows * filterBytes(node.shape);
    case "sequenceConv":
      // Most of it is to make the tables.
      return node.shape.blocks * sequenceBytes(node.shape).table;
    case "dense":
    case "sparseDense":
      return 4 * rows * node.output.stride;
    case "bidirectionalGru":
    case "lstm": {
      const layout = recurrentLayout(node);
      return 4 * rows * (firstRow < countKernelRows(layout) ? layout.all : layout.gates);
    }
    default:
      return 0;
  }
}

interface Rows {
  readonly first?: number;
  readonly count: number;
  readonly block: number;
}

function cutRows({ first = 0, count, block }: Rows): TaskRows[] {
  return Array.from({ length: Math.ceil(count / block) }, (_, task) => {
    const done = task * block;
    return { firstRow: first + done, rows: Math.min(block, count - done) };
  });
}
