import { deltaOf, roundUp, spreadStride } from "../../layout.ts";
import { isFrozen } from "../adam.ts";
import { updateBias } from "../bias_update.ts";
import type { ExecutionContext, Update } from "../context.ts";
import { TRANSPOSE_KERNELS } from "../transpose.ts";
import { PANEL_ROW_BYTES, sparsePairBytes, streamBytes } from "./rows.ts";
import { panels, type SparseDenseNode } from "./run.ts";
import { SPARSE_ROW_KERNELS } from "./table.ts";

/**
 * Computes the gradient of some rows of the kernel over all samples of the batch, and takes Adam's step. A row of the
 * kernel belongs to one input, so the sparse rows here are that input's values that are not zero, sample after sample.
 */
export function sparseDenseUpdate(
  context: ExecutionContext,
  node: SparseDenseNode,
  update: Update,
): void {
  if (!isFrozen(node.kernel, update.adam)) updateKernel(context, node, update);
  if (update.firstRow === 0) updateBias(context, node, update);
}

/** Inputs are whole vectors, so each row has a neighbour to be its partner. */
function updateKernel(
  context: ExecutionContext,
  node: SparseDenseNode,
  { firstRow, rows, samples, adam }: Update,
): void {
  const { scratch } = context;
  const { transpose } = context.bind(TRANSPOSE_KERNELS);
  const { compressPair, sparseAdam } = context.bind(SPARSE_ROW_KERNELS);
  const { input, output, kernel } = node;
  const pairBytes = sparsePairBytes(samples);
  const stream = streamBytes(samples);
  const pairs = rows / 2;
  const deltaStride = output.sampleStride;
  const columns = scratch + pairs * pairBytes;
  const columnBytes = spreadStride(4 * samples);
  transpose(
    columns,
    input.address + 4 * firstRow,
    roundUp(samples, 4),
    rows / 4,
    columnBytes,
    input.sampleStride,
  );
  for (let pair = 0; pair < pairs; pair++) {
    const first = columns + 2 * pair * columnBytes;
    const second = first + columnBytes;
    const row = scratch + pair * pairBytes;
    compressPair(row, stream, first, first, second, second, 16, samples, 0, deltaStride);
  }
  const { weight, firstMoment, secondMoment, decays } = kernel;
  for (const { column, block } of panels(node)) {
    const offset = block + firstRow * PANEL_ROW_BYTES;
    sparseAdam(
      weight + offset,
      firstMoment + offset,
      secondMoment + offset,
      scratch,
      pairBytes,
      stream,
      deltaOf(output, 0) + column,
      pairs,
      adam.rate,
      adam.correction,
      decays ? adam.decay : 0,
    );
  }
}
