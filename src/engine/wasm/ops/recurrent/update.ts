import { adamUpdate } from "../adam.ts";
import type { ExecutionContext, Update } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { SUM_KERNELS } from "../sums.ts";
import { TRANSPOSE_KERNELS } from "../transpose.ts";
import {
  countKernelRows,
  recurrentBytes,
  type RecurrentLayout,
  type RecurrentNode,
} from "./layout.ts";

/** Samples whose share of a kernel's gradient is summed together: a multiple of eight. */
const SAMPLES_TOGETHER = 32;

/** Rows of the recurrent kernel of a direction, from a unit on. */
export interface RecurrentRows {
  readonly direction: 0 | 1;
  readonly unit: number;
  readonly rows: number;
}

/** How a layer computes its gradients; addresses are those of the first of some samples. */
export interface RecurrentGradients {
  /** Adds what samples contribute to some rows of the kernel's gradient at one position. */
  readonly addKernel: (
    gradient: number,
    input: number,
    gates: number,
    rows: number,
    samples: number,
  ) => void;
  /**
   * Adds what all samples contribute to some rows of the recurrent kernel's gradient; adds nothing where there is one
   * position, before which no state is read.
   */
  readonly addRecurrent: (gradient: number, rows: RecurrentRows) => void;
}

/** A recurrent layer, as it is laid out and computes gradients. */
interface UpdatedLayer {
  readonly layout: RecurrentLayout;
  readonly gradients: RecurrentGradients;
}

/**
 * Computes the gradient of some rows of the kernel, or of a recurrent kernel, over all samples of the batch, takes Adam's
 * step, and renews the transposed rows. The rows of the kernel are followed by those of the recurrent kernels.
 */
export function updateRecurrentLayer(
  context: ExecutionContext,
  node: RecurrentNode,
  { update, ...layer }: UpdatedLayer & { readonly update: Update },
): void {
  const inputs = countKernelRows(layer.layout);
  if (update.firstRow < inputs) updateKernel(context, node, { update, ...layer });
  else {
    const own = { ...update, firstRow: update.firstRow - inputs };
    updateRecurrent(context, node, { update: own, ...layer });
  }
}

function updateKernel(
  context: ExecutionContext,
  node: RecurrentNode,
  { update, layout, gradients }: UpdatedLayer & { readonly update: Update },
): void {
  const { input, kernel, bias, records } = node;
  const { firstRow, rows, samples, adam } = update;
  const { positions, all, sampleStride } = layout;
  const { clear } = context.bind(MEMORY_KERNELS);
  const offset = firstRow * all;
  const gradient = kernel.gradient + offset;
  clear(gradient, rows * all);
  for (let position = 0; position < positions; position++) {
    const gates = records + position * all;
    const from = input.address + position * input.stride + 4 * firstRow;
    forSomeSamples(samples, (sample, count) => {
      const own = from + sample * input.sampleStride;
      gradients.addKernel(gradient, own, gates + sample * sampleStride, rows, count);
    });
  }
  adamUpdate(context, kernel, { offset, bytes: rows * all, adam });
  transposeKernel(context, node, { layout, firstRow, rows });
  if (firstRow > 0) return;
  const { columnSum } = context.bind(SUM_KERNELS);
  clear(bias.gradient, bias.bytes);
  for (let position = 0; position < positions; position++) {
    columnSum(bias.gradient, records + position * all, samples, all / 16, sampleStride);
  }
  adamUpdate(context, bias, { offset: 0, bytes: bias.bytes, adam });
}

/** Rows of one direction: counted from the first direction's first. */
function updateRecurrent(
  context: ExecutionContext,
  node: RecurrentNode,
  { update, layout, gradients }: UpdatedLayer & { readonly update: Update },
): void {
  const { recurrent } = node;
  const { firstRow, rows, adam } = update;
  const { clear } = context.bind(MEMORY_KERNELS);
  const { gates: row } = layout;
  const offset = firstRow * row;
  const gradient = recurrent.gradient + offset;
  clear(gradient, rows * row);
  gradients.addRecurrent(gradient, { ...splitRow(layout, firstRow), rows });
  adamUpdate(context, recurrent, { offset, bytes: rows * row, adam });
  transposeRecurrent(context, node, { layout, firstRow, rows });
}

/**
 * Visits some samples at a time: what a tile reads of these stays in the nearest cache, and their addresses in the table
 * of pages, while all tiles pass by.
 */
export function forSomeSamples(
  samples: number,
  visit: (first: number, count: number) => void,
): void {
  for (let sample = 0; sample < samples; sample += SAMPLES_TOGETHER) {
    visit(sample, Math.min(SAMPLES_TOGETHER, samples - sample));
  }
}

/** The direction and the unit of a row of the recurrent kernels. */
function splitRow(
  { unit: unitBytes }: RecurrentLayout,
  row: number,
): Pick<RecurrentRows, "direction" | "unit"> {
  const units = unitBytes / 4;
  return row < units ? { direction: 0, unit: row } : { direction: 1, unit: row - units };
}

/** Renews the transposed copies of the kernels. */
export function transposeRecurrentLayer(
  context: ExecutionContext,
  node: RecurrentNode,
  layout: RecurrentLayout,
): void {
  const units = layout.unit / 4;
  transposeKernel(context, node, { layout, firstRow: 0, rows: countKernelRows(layout) });
  for (let direction = 0; direction < layout.directions; direction++) {
    transposeRecurrent(context, node, { layout, firstRow: direction * units, rows: units });
  }
}

interface TransposedRows {
  readonly layout: RecurrentLayout;
  readonly firstRow: number;
  readonly rows: number;
}

/** Writes some rows of the kernel where the backward pass reads them. */
function transposeKernel(
  context: ExecutionContext,
  { input, kernel, transposed }: RecurrentNode,
  { layout: { all }, firstRow, rows }: TransposedRows,
): void {
  const { transpose } = context.bind(TRANSPOSE_KERNELS);
  const target = transposed.kernel + 4 * firstRow;
  transpose(target, kernel.weight + firstRow * all, rows, all / 16, input.stride, all);
}

/** Writes some rows of a direction's recurrent kernel where the backward pass reads them. */
function transposeRecurrent(
  context: ExecutionContext,
  { recurrent, transposed }: RecurrentNode,
  { layout, firstRow, rows }: TransposedRows,
): void {
  const { transpose } = context.bind(TRANSPOSE_KERNELS);
  const { unit: unitBytes, gates } = layout;
  const { direction, unit } = splitRow(layout, firstRow);
  const target = transposed.recurrent + direction * recurrentBytes(layout) + 4 * unit;
  const source = recurrent.weight + firstRow * gates;
  transpose(target, source, rows, gates / 16, unitBytes, gates);
}
