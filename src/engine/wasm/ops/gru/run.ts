import { addressOf, deltaOf } from "../../layout.ts";
import { adamUpdate } from "../adam.ts";
import {
  type BackwardPass,
  type ExecutionContext,
  type Part,
  passesBack,
  type Update,
} from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { RECURRENT_ROW_KERNELS } from "../recurrent_rows.ts";
import { SUM_KERNELS } from "../sums.ts";
import { countKernelRows, type GruNode, gruRecord, rowBytes } from "./shape.ts";
import {
  GRU_BACKWARD_KERNELS,
  GRU_FORWARD_KERNELS,
  GRU_KERNEL_GRADIENT_KERNELS,
  GRU_RECURRENT_GRADIENT_KERNELS,
} from "./tables.ts";

/** The direction that reads from first to last, and the opposite one. */
const DIRECTIONS = [0, 1] as const;
type Direction = typeof DIRECTIONS[number];

/** Samples whose share of a kernel's gradient is summed together: a multiple of eight. */
const SAMPLES_TOGETHER = 32;

/** Reads all positions of a part's samples in both directions. */
export function gruForward(
  context: ExecutionContext,
  node: GruNode,
  { start, count }: Part,
): void {
  const { name, input, output, shape, kernel, bias } = node;
  const kernels = context.bind(GRU_FORWARD_KERNELS, name);
  const { sampleStride } = gruRecord(shape);
  const { unit } = rowBytes(shape);
  const records = node.records + start * sampleStride;
  kernels.project(records, addressOf(input, start), kernel.weight, bias.weight, count);
  for (const direction of DIRECTIONS) {
    const recurrent = node.recurrent.weight + direction * recurrentBytes(node);
    const last = addressOf(output, start) + direction * unit;
    for (let read = 0; read < shape.positions; read++) {
      const { gates, state, gated } = placesOf(node, { records, direction, read });
      // The first state is zero: memory that nothing is ever written to.
      if (read > 0) kernels.recurGates(gates, state, recurrent, count);
      kernels.gatesForward(gates, state, gated, count);
      if (read > 0) kernels.recurCandidate(gates, gated, recurrent, count);
      const [next, nextStride] = read + 1 < shape.positions
        ? [placesOf(node, { records, direction, read: read + 1 }).state, sampleStride]
        : shape.returnsSequences
        ? [records + gruRecord(shape).last + direction * unit, sampleStride]
        : [last, output.sampleStride];
      kernels.nextState(next, nextStride, gates, state, count);
    }
  }
  if (shape.returnsSequences) writeSequences(context, node, { start, count });
}

/** Copies the states after each position to the outputs. */
function writeSequences(
  context: ExecutionContext,
  node: GruNode,
  { start, count }: Omit<Part, "index">,
): void {
  const { name, output, shape } = node;
  const { writeStates } = context.bind(RECURRENT_ROW_KERNELS, name);
  const { sampleStride, last } = gruRecord(shape);
  const { unit } = rowBytes(shape);
  const records = node.records + start * sampleStride;
  for (let position = 0; position < shape.positions; position++) {
    for (const direction of DIRECTIONS) {
      const read = readsBefore(node, direction, position) + 1;
      const state = read < shape.positions
        ? placesOf(node, { records, direction, read }).state
        : records + last + direction * unit;
      writeStates(outputOf(node, addressOf(output, start), { position, direction }), state, count);
    }
  }
}

/** Positions that a direction reads before one. */
function readsBefore({ shape }: GruNode, direction: Direction, position: number): number {
  return direction === 0 ? position : shape.positions - 1 - position;
}

/** Address of a direction's values at a position, in an output or its derivatives. */
function outputOf(
  { output }: GruNode,
  first: number,
  { position, direction }: { readonly position: number; readonly direction: Direction },
): number {
  return first + position * output.stride + direction * 4 * output.channels / DIRECTIONS.length;
}

/**
 * Computes the derivatives with respect to the sums of a part's gates, and to the input; the weights' gradients are
 * left to the update.
 */
export function gruBackward(
  context: ExecutionContext,
  node: GruNode,
  pass: BackwardPass,
): void {
  const { start, count } = pass.part;
  const { name, input, output, shape, transposed } = node;
  const kernels = context.bind(GRU_BACKWARD_KERNELS, name);
  const { clear } = context.bind(MEMORY_KERNELS);
  const { sampleStride } = gruRecord(shape);
  const { unit } = rowBytes(shape);
  const records = node.records + start * sampleStride;
  const { carried } = gruRecord(shape);
  const { pullBackward } = shape.returnsSequences
    ? context.bind(RECURRENT_ROW_KERNELS, name)
    : { pullBackward: undefined };
  for (const direction of DIRECTIONS) {
    const recurrent = transposed.recurrent + direction * recurrentBytes(node);
    const delta = shape.returnsSequences
      ? records + carried + direction * unit
      : deltaOf(output, start) + direction * unit;
    const pull = (read: number) => {
      const position = readsBefore(node, direction, read);
      const source = outputOf(node, deltaOf(output, start), { position, direction });
      pullBackward?.(delta, source, count, read < shape.positions - 1 ? -1 : 0);
    };
    for (let read = shape.positions - 1; read > 0; read--) {
      const { gates, state, gatedDelta } = placesOf(node, { records, direction, read });
      pull(read);
      kernels.gatesBackward(delta, gates, state, count);
      kernels.gatedGradient(gatedDelta, gates, recurrent, count);
      kernels.resetBackward(delta, gates, state, gatedDelta, count);
      kernels.stateGradient(delta, gates, recurrent, count);
    }
    const { gates, state } = placesOf(node, { records, direction, read: 0 });
    pull(0);
    kernels.gatesBackward(delta, gates, state, count);
    // The first reset gate has no part in the loss: the state that it gates is zero.
    for (let sample = 0; sample < count; sample++) {
      clear(gates + unit + sample * sampleStride, unit);
    }
  }
  if (!passesBack(node, pass)) return;
  kernels.inputGradient(deltaOf(input, start), records, transposed.kernel, count);
}

/** Addresses, in the first of some records, of what a direction uses when it has read `read` positions. */
function placesOf(
  { shape }: GruNode,
  { records, direction, read }: {
    readonly records: number;
    readonly direction: Direction;
    readonly read: number;
  },
): Record<"gates" | "state" | "gated" | "gatedDelta", number> {
  const { states, gated, gatedDelta } = gruRecord(shape);
  const { unit, gates } = rowBytes(shape);
  const position = direction === 0 ? read : shape.positions - 1 - read;
  const row = 2 * position + direction;
  return {
    gates: records + row * gates,
    state: records + states + row * unit,
    gated: records + gated + row * unit,
    gatedDelta: records + gatedDelta,
  };
}

/** Bytes of one direction's recurrent kernel. */
function recurrentBytes({ recurrent }: GruNode): number {
  return recurrent.bytes / 2;
}

/**
 * Computes the gradient of some rows of the kernel, or of a recurrent kernel, over all samples of the batch, takes
 * Adam's step, and renews the transposed rows. The rows of the kernel are followed by those of the two recurrent
 * kernels.
 */
export function gruUpdate(context: ExecutionContext, node: GruNode, update: Update): void {
  const inputs = countKernelRows(node.shape);
  if (update.firstRow < inputs) updateKernel(context, node, update);
  else updateRecurrent(context, node, { ...update, firstRow: update.firstRow - inputs });
}

function updateKernel(context: ExecutionContext, node: GruNode, update: Update): void {
  const { name, input, shape, kernel, bias, records } = node;
  const { firstRow, rows, samples, adam } = update;
  const { kernelGradient } = context.bind(GRU_KERNEL_GRADIENT_KERNELS, name);
  const { both } = rowBytes(shape);
  const offset = firstRow * both;
  const { clear } = context.bind(MEMORY_KERNELS);
  const gradient = kernel.gradient + offset;
  clear(gradient, rows * both);
  const { sampleStride } = gruRecord(shape);
  for (let position = 0; position < shape.positions; position++) {
    const gates = records + position * both;
    const from = input.address + position * input.stride + 4 * firstRow;
    forSomeSamples(samples, (sample, count) => {
      const own = from + sample * input.sampleStride;
      kernelGradient(gradient, own, gates + sample * sampleStride, rows, count);
    });
  }
  adamUpdate(context, kernel, { offset, bytes: rows * both, adam });
  transposeKernel(context, node, { firstRow, rows });
  if (firstRow > 0) return;
  const { columnSum } = context.bind(SUM_KERNELS);
  clear(bias.gradient, bias.bytes);
  for (let position = 0; position < shape.positions; position++) {
    columnSum(bias.gradient, records + position * both, samples, both / 16, sampleStride);
  }
  adamUpdate(context, bias, { offset: 0, bytes: bias.bytes, adam });
}

function updateRecurrent(context: ExecutionContext, node: GruNode, update: Update): void {
  const { name, shape, recurrent, records } = node;
  const { firstRow, rows, samples, adam } = update;
  const row = rowBytes(shape).gates;
  const offset = firstRow * row;
  // With a single position no state is read, and the gradient stays zero.
  if (shape.positions > 1) {
    const { recurrentGradient } = context.bind(GRU_RECURRENT_GRADIENT_KERNELS, name);
    const { clear } = context.bind(MEMORY_KERNELS);
    const [direction, unit] = splitRow(node, firstRow);
    const gradient = recurrent.gradient + offset;
    const { sampleStride } = gruRecord(shape);
    clear(gradient, rows * row);
    // From the first position in the sample on; the one that is read first has no state before it.
    for (let index = 1; index < shape.positions; index++) {
      const read = direction === 0 ? index : shape.positions - index;
      forSomeSamples(samples, (sample, count) => {
        const sampleRecords = records + sample * sampleStride;
        const { gates, state, gated } = placesOf(node, { records: sampleRecords, direction, read });
        recurrentGradient(gradient, state + 4 * unit, gated + 4 * unit, gates, rows, count);
      });
    }
  }
  adamUpdate(context, recurrent, { offset, bytes: rows * row, adam });
  transposeRecurrent(context, node, { firstRow, rows });
}

/**
 * Visits some samples at a time: what a tile reads of these stays in the nearest cache, and their addresses in the table
 * of pages, while all tiles pass by.
 */
function forSomeSamples(samples: number, visit: (first: number, count: number) => void): void {
  for (let sample = 0; sample < samples; sample += SAMPLES_TOGETHER) {
    visit(sample, Math.min(SAMPLES_TOGETHER, samples - sample));
  }
}

function splitRow({ shape }: GruNode, row: number): [direction: Direction, unit: number] {
  const units = 4 * shape.unitVectors;
  return row < units ? [0, row] : [1, row - units];
}

interface Rows {
  readonly firstRow: number;
  readonly rows: number;
}

/** Renews the transposed copies of the kernels. */
export function gruTranspose(context: ExecutionContext, node: GruNode): void {
  const units = 4 * node.shape.unitVectors;
  transposeKernel(context, node, { firstRow: 0, rows: countKernelRows(node.shape) });
  for (const direction of DIRECTIONS) {
    transposeRecurrent(context, node, { firstRow: direction * units, rows: units });
  }
}

/** Writes some rows of the kernel where the backward pass reads them. */
function transposeKernel(
  context: ExecutionContext,
  { input, shape, kernel, transposed }: GruNode,
  { firstRow, rows }: Rows,
): void {
  const { transpose } = context.bind(MEMORY_KERNELS);
  const { both } = rowBytes(shape);
  const target = transposed.kernel + 4 * firstRow;
  transpose(target, kernel.weight + firstRow * both, rows, both / 16, input.stride, both);
}

/** Writes some rows of a direction's recurrent kernel where the backward pass reads them. */
function transposeRecurrent(
  context: ExecutionContext,
  node: GruNode,
  { firstRow, rows }: Rows,
): void {
  const { transpose } = context.bind(MEMORY_KERNELS);
  const { shape, recurrent, transposed } = node;
  const { unit: unitBytes, gates } = rowBytes(shape);
  const [direction, unit] = splitRow(node, firstRow);
  const target = transposed.recurrent + direction * recurrentBytes(node) + 4 * unit;
  const source = recurrent.weight + firstRow * gates;
  transpose(target, source, rows, gates / 16, unitBytes, gates);
}
