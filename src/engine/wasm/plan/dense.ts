import type { LayerChain } from "../../../model/graph.ts";
import type { GroupOf } from "../../layer_groups.ts";
import { PANEL_COLUMNS } from "../assembler/panels.ts";
import { countValues, roundUp, spreadStride, type Tensor } from "../layout.ts";
import { type DenseNode, panelledBytes } from "../ops/dense.ts";
import { PANEL_ROW_BYTES, sparsePairBytes } from "../ops/sparse_dense/rows.ts";
import type { SparseDenseNode, SparseRows } from "../ops/sparse_dense/run.ts";
import { type ChainMemory, nameOf } from "./chain_memory.ts";
import { expectInput } from "./sparsity.ts";
import type { PlanNode } from "./types.ts";

/**
 * In training sparse rows are multiplied at 0.8 to 0.9 of the speed of whole rows, and making them takes time too: they surely
 * pay if at most this share is not zero.
 */
const SPARSE_SHARE = 0.6;
/** From this number of units on, making a sparse row costs little, and so do units that fill up the last panel. */
const SPARSE_UNITS = 64;
/** Bytes of a kernel from which on a layer is wide: half of the second cache of the smaller processors. */
const WIDE_BYTES = 512 * 1024;

/** Work of one update task: enough to be worth taking, little enough to share out. */
const UPDATE_BYTES = 32 * 1024;
/** Fewer rows of a panel are too short for a processor to notice that they are read one after the other. */
const LEAST_DENSE_ROWS = 64;
/** Rows of a sparse dense layer's kernel that one task moves. */
export const SPARSE_ROWS = 32;

/** What decides which inputs are kept. */
type Gate = Pick<SparseDenseNode, "gate">;

/** What decides which inputs of a dense layer are kept, if making sparse rows of them pays; `before` is the node before it. */
export function findGate(
  { layers, firstLayer }: LayerChain,
  { layer, spec: { units } }: GroupOf<"dense">,
  before: PlanNode | undefined,
): Gate | undefined {
  if (units < SPARSE_UNITS) return undefined;
  const { share, rectified } = expectInput(layers, layer - firstLayer);
  if (share > SPARSE_SHARE) return undefined;
  if (rectified) return { gate: undefined };
  // Where entries are not samples, their masks begin at different places.
  if (before?.kind !== "dropout" || before.origins !== undefined) return undefined;
  return { gate: { mask: before.mask, maskStride: before.maskStride } };
}

/** Lays out a dense layer, of sparse rows if something decides what they keep. */
export function planDense(
  group: GroupOf<"dense">,
  { input, sparse, evenParts }: {
    readonly input: Tensor;
    readonly sparse: Gate | undefined;
    /** Whether parts begin with even samples, so that pairs are the same however many parts are computed together. */
    readonly evenParts: boolean;
  },
  { memory, tensors, capacity }: ChainMemory,
): { readonly node: DenseNode | SparseDenseNode; readonly scratchBytes: number } {
  const { slope, spec: { units } } = group;
  const stride = roundUp(4 * units, sparse && PANEL_ROW_BYTES);
  const output = tensors.plan(1, units, { group, stride });
  const inputs = countValues(input);
  const kernel = memory.trainedKernel(panelledBytes({ rows: inputs, columns: stride / 4 }));
  const bias = memory.parameter(stride);
  const wide = kernel.bytes >= WIDE_BYTES;
  const base = { ...nameOf(group), input, output, wide, slope, kernel, bias };
  if (sparse === undefined) {
    const transposed = memory.take(panelledBytes({ rows: stride / 4, columns: inputs }));
    const columns = stride / 4;
    const scratchBytes = panelledBytes({ rows: rowsOfDenseTask(stride), columns });
    return { node: { ...base, kind: "dense", transposed }, scratchBytes };
  }
  const sampleStride = sparsePairBytes(inputs);
  const rows: SparseRows = { address: memory.take(sampleStride * capacity), sampleStride };
  const zeros = memory.take(16);
  const node: SparseDenseNode = {
    ...base,
    kind: "sparseDense",
    wide: wide && evenParts,
    gate: sparse.gate,
    sparse: rows,
    zeros,
  };
  // The rows that the update multiplies, before and after they are compressed.
  const rowBytes = sparsePairBytes(capacity) / 2 + spreadStride(4 * capacity);
  return { node, scratchBytes: SPARSE_ROWS * rowBytes };
}

/** The most rows of a dense layer's kernel, of so many bytes, that one task moves. */
export function rowsOfDenseTask(rowBytes: number): number {
  return Math.max(LEAST_DENSE_ROWS, rowsOfTask(rowBytes));
}

/**
 * The most rows of a kernel of any layer, of so many bytes, that one task moves: whole panels, since it transposes them. It is
 * here so that a plan for predictions loads no code of training.
 */
export function rowsOfTask(rowBytes: number): number {
  return Math.max(1, Math.floor(UPDATE_BYTES / rowBytes / PANEL_COLUMNS)) * PANEL_COLUMNS;
}
