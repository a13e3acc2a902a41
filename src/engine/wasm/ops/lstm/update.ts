import { adamUpdate } from "../adam.ts";
import type { ExecutionContext, Update } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { SUM_KERNELS } from "../sums.ts";
import { placesOf, stepsOf } from "./run.ts";
import { countKernelRows, type LstmNode, lstmRecord, recurrentBytes, rowBytes } from "./shape.ts";
import { LSTM_WEIGHT_GRADIENT_KERNELS } from "./tables.ts";

/** Samples whose share of a kernel's gradient is summed together: a multiple of eight. */
const SAMPLES_TOGETHER = 32;

/**
 * Computes the gradient of some rows of the kernel, or of a recurrent kernel, over all samples of the batch, takes
 * Adam's step, and renews the transposed rows. The rows of the kernel are followed by those of the recurrent kernels.
 */
export function lstmUpdate(context: ExecutionContext, node: LstmNode, update: Update): void {
  const inputs = countKernelRows(node.shape);
  if (update.firstRow < inputs) updateKernel(context, node, update);
  else updateRecurrent(context, node, { ...update, firstRow: update.firstRow - inputs });
}

function updateKernel(context: ExecutionContext, node: LstmNode, update: Update): void {
  const { name, input, shape, kernel, bias, records } = node;
  const { firstRow, rows, samples, adam } = update;
  const { kernelGradient } = context.bind(LSTM_WEIGHT_GRADIENT_KERNELS, name);
  const { clear } = context.bind(MEMORY_KERNELS);
  const { all } = rowBytes(shape);
  const { sampleStride } = lstmRecord(shape);
  const offset = firstRow * all;
  const gradient = kernel.gradient + offset;
  clear(gradient, rows * all);
  for (let position = 0; position < shape.positions; position++) {
    const gates = records + position * all;
    const from = input.address + position * input.stride + 4 * firstRow;
    forSomeSamples(samples, (sample, count) => {
      const own = from + sample * input.sampleStride;
      kernelGradient(gradient, own, gates + sample * sampleStride, rows, count);
    });
  }
  adamUpdate(context, kernel, { offset, bytes: rows * all, adam });
  transposeKernel(context, node, { firstRow, rows });
  if (firstRow > 0) return;
  const { columnSum } = context.bind(SUM_KERNELS);
  clear(bias.gradient, bias.bytes);
  for (let position = 0; position < shape.positions; position++) {
    columnSum(bias.gradient, records + position * all, samples, all / 16, sampleStride);
  }
  adamUpdate(context, bias, { offset: 0, bytes: bias.bytes, adam });
}

/** Rows of one direction: counted from the first direction's first. */
function updateRecurrent(context: ExecutionContext, node: LstmNode, update: Update): void {
  const { name, shape, recurrent, records } = node;
  const { firstRow, rows, samples, adam } = update;
  const { recurrentGradient } = context.bind(LSTM_WEIGHT_GRADIENT_KERNELS, name);
  const { clear } = context.bind(MEMORY_KERNELS);
  const row = rowBytes(shape).gates;
  const { sampleStride } = lstmRecord(shape);
  const offset = firstRow * row;
  const gradient = recurrent.gradient + offset;
  const [direction, unit] = splitRow(node, firstRow);
  clear(gradient, rows * row);
  // The step that reads first has no state before it.
  for (const step of stepsOf(node, direction).slice(1)) {
    forSomeSamples(samples, (sample, count) => {
      const { state, gates } = placesOf(node, records + sample * sampleStride, step);
      recurrentGradient(gradient, state + 4 * unit, gates, rows, count);
    });
  }
  adamUpdate(context, recurrent, { offset, bytes: rows * row, adam });
  transposeRecurrent(context, node, { firstRow, rows });
}

/** Visits some samples at a time, so that what a tile reads of these stays in the nearest cache. */
function forSomeSamples(samples: number, visit: (first: number, count: number) => void): void {
  for (let sample = 0; sample < samples; sample += SAMPLES_TOGETHER) {
    visit(sample, Math.min(SAMPLES_TOGETHER, samples - sample));
  }
}

function splitRow({ shape }: LstmNode, row: number): [direction: number, unit: number] {
  const units = rowBytes(shape).unit / 4;
  return row < units ? [0, row] : [1, row - units];
}

interface Rows {
  readonly firstRow: number;
  readonly rows: number;
}

/** Renews the transposed copies of the kernels. */
export function lstmTranspose(context: ExecutionContext, node: LstmNode): void {
  const { shape } = node;
  const units = rowBytes(shape).unit / 4;
  transposeKernel(context, node, { firstRow: 0, rows: countKernelRows(shape) });
  for (let direction = 0; direction < shape.directions; direction++) {
    transposeRecurrent(context, node, { firstRow: direction * units, rows: units });
  }
}

/** Writes some rows of the kernel where the backward pass reads them. */
function transposeKernel(
  context: ExecutionContext,
  { input, shape, kernel, transposed }: LstmNode,
  { firstRow, rows }: Rows,
): void {
  const { transpose } = context.bind(MEMORY_KERNELS);
  const { all } = rowBytes(shape);
  const target = transposed.kernel + 4 * firstRow;
  transpose(target, kernel.weight + firstRow * all, rows, all / 16, input.stride, all);
}

/** Writes some rows of a direction's recurrent kernel where the backward pass reads them. */
function transposeRecurrent(
  context: ExecutionContext,
  node: LstmNode,
  { firstRow, rows }: Rows,
): void {
  const { transpose } = context.bind(MEMORY_KERNELS);
  const { shape, recurrent, transposed } = node;
  const { unit: unitBytes, gates } = rowBytes(shape);
  const [direction, unit] = splitRow(node, firstRow);
  const target = transposed.recurrent + direction * recurrentBytes(shape) + 4 * unit;
  const source = recurrent.weight + firstRow * gates;
  transpose(target, source, rows, gates / 16, unitBytes, gates);
}
