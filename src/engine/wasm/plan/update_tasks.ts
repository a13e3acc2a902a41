import { PANEL_COLUMNS } from "../assembler/panels.ts";
import { countValues } from "../layout.ts";
import { filterBytes } from "../ops/conv/shape.ts";
import { sequenceBytes } from "../ops/sequence/shape.ts";
import { countKernelRows } from "../ops/recurrent/layout.ts";
import { recurrentLayout } from "../ops/recurrent/layout_of.ts";
import type { PlanNode } from "./types.ts";

/** Work of one update task: enough to be worth taking, little enough to share out. */
const UPDATE_BYTES = 32 * 1024;
/** Fewer rows of a panel are too short for a processor to notice that they are read one after the other. */
const LEAST_DENSE_ROWS = 64;
/** Rows of a sparse dense layer's kernel that one task moves. */
export const SPARSE_ROWS = 32;

/** Rows of a node's weights that one task moves. */
export interface TaskRows {
  readonly firstRow: number;
  readonly rows: number;
}

/** Cuts the update of a node's weights into tasks. */
export function updateTasks(node: PlanNode): TaskRows[] {
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

/** The most rows of a dense layer's kernel, of so many bytes, that one task moves. */
export function rowsOfDenseTask(rowBytes: number): number {
  return Math.max(LEAST_DENSE_ROWS, rowsOfTask(rowBytes));
}

/** Kernels are transposed panel by panel. */
function rowsOfTask(rowBytes: number): number {
  return Math.max(1, Math.floor(UPDATE_BYTES / rowBytes / PANEL_COLUMNS)) * PANEL_COLUMNS;
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
