import { countKernelRows, gruRecord, rowBytes } from "../kernels/gru_layout.ts";
import type { GruNode } from "../plan_types.ts";
import { applyAdam, type Machine, type Part, type Update } from "./machine.ts";

/** The one that reads from first to last, and the other. */
const DIRECTIONS = [0, 1] as const;
type Direction = typeof DIRECTIONS[number];

/** Reads all positions of a part's samples in both directions. */
export function forwardGru({ kernels }: Machine, node: GruNode, { start, count }: Part): void {
  const { name, input, output, shape, kernel, bias } = node;
  const { slot } = gruRecord(shape);
  const { unit } = rowBytes(shape);
  const from = input.address + start * input.slot;
  const records = node.records + start * slot;
  kernels[`${name}.project`](records, from, kernel.weight, bias.weight, count);
  for (const direction of DIRECTIONS) {
    const recurrent = node.recurrent.weight + direction * recurrentBytes(node);
    const last = output.address + start * output.slot + direction * unit;
    for (let read = 0; read < shape.positions; read++) {
      const { gates, state, gated } = placesOf(node, { records, direction, read });
      // The first state is zero: memory that nothing is ever written to.
      if (read > 0) kernels[`${name}.recurGates`](gates, state, recurrent, count);
      kernels[`${name}.openGates`](gates, state, gated, count);
      if (read > 0) kernels[`${name}.recurCandidate`](gates, gated, recurrent, count);
      const [next, nextSlot] = read + 1 < shape.positions
        ? [placesOf(node, { records, direction, read: read + 1 }).state, slot]
        : [last, output.slot];
      kernels[`${name}.nextState`](next, nextSlot, gates, state, count);
    }
  }
}

/** Derivatives by the sums of a part's gates, and by the input; those by the weights are left to the update. */
export function backwardGru({ kernels }: Machine, node: GruNode, { start, count }: Part): void {
  const { name, input, output, shape, transposed } = node;
  const { slot } = gruRecord(shape);
  const { unit } = rowBytes(shape);
  const records = node.records + start * slot;
  for (const direction of DIRECTIONS) {
    const recurrent = transposed.recurrent + direction * recurrentBytes(node);
    const delta = output.delta! + start * output.slot + direction * unit;
    for (let read = shape.positions - 1; read > 0; read--) {
      const { gates, state, gatedDelta } = placesOf(node, { records, direction, read });
      kernels[`${name}.closeGates`](delta, gates, state, count);
      kernels[`${name}.gatedGradient`](gatedDelta, gates, recurrent, count);
      kernels[`${name}.closeReset`](delta, gates, state, gatedDelta, count);
      kernels[`${name}.stateGradient`](delta, gates, recurrent, count);
    }
    const { gates, state } = placesOf(node, { records, direction, read: 0 });
    kernels[`${name}.closeGates`](delta, gates, state, count);
    // The first reset gate has no part in the loss: the state that it gates is zero.
    for (let sample = 0; sample < count; sample++) {
      kernels.clear(gates + unit + sample * slot, unit);
    }
  }
  if (input.delta === undefined) return;
  const inputDelta = input.delta + start * input.slot;
  kernels[`${name}.inputGradient`](inputDelta, records, transposed.kernel, count);
}

/** Addresses in the first of some records, at what a direction reads in a step. */
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
 * Gradient of some rows of the kernel, or of a recurrent kernel, over all samples of the batch, Adam's step, and
 * the transposed rows. The rows of the kernel are followed by those of the two recurrent kernels.
 */
export function updateGru(machine: Machine, node: GruNode, update: Update): void {
  const inputs = countKernelRows(node.shape);
  if (update.firstRow < inputs) updateKernel(machine, node, update);
  else updateRecurrent(machine, node, { ...update, firstRow: update.firstRow - inputs });
}

function updateKernel(machine: Machine, node: GruNode, update: Update): void {
  const { kernels } = machine;
  const { name, input, shape, kernel, bias, records } = node;
  const { firstRow, rows, samples, adam } = update;
  const { both } = rowBytes(shape);
  const [offset, bytes] = [firstRow * both, rows * both];
  const from = input.address + 4 * firstRow;
  kernels[`${name}.kernelGradient`](kernel.gradient + offset, from, records, rows, samples);
  applyAdam(machine, kernel, { offset, bytes, adam });
  transposeKernel(machine, node, { firstRow, rows });
  if (firstRow > 0) return;
  kernels.clear(bias.gradient, bias.bytes);
  for (let position = 0; position < shape.positions; position++) {
    const gates = records + position * both;
    kernels.columnSum(bias.gradient, gates, samples, both / 16, gruRecord(shape).slot);
  }
  applyAdam(machine, bias, { offset: 0, bytes: bias.bytes, adam });
}

function updateRecurrent(machine: Machine, node: GruNode, update: Update): void {
  const { kernels } = machine;
  const { name, shape, recurrent, records } = node;
  const { firstRow, rows, samples, adam } = update;
  const row = rowBytes(shape).gates;
  const [offset, bytes] = [firstRow * row, rows * row];
  // With one position alone no state is read, and the gradient stays zero.
  if (shape.positions > 1) {
    const [direction, unit] = splitRow(node, firstRow);
    const read = direction === 0 ? 1 : shape.positions - 1;
    const { gates, state, gated } = placesOf(node, { records, direction, read });
    kernels[`${name}.recurrentGradient`](
      ...[recurrent.gradient + offset, state + 4 * unit, gated + 4 * unit],
      ...[gates, rows, samples],
    );
  }
  applyAdam(machine, recurrent, { offset, bytes, adam });
  transposeRecurrent(machine, node, { firstRow, rows });
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
export function transposeGru(machine: Machine, node: GruNode): void {
  const units = 4 * node.shape.unitVectors;
  transposeKernel(machine, node, { firstRow: 0, rows: countKernelRows(node.shape) });
  for (const direction of DIRECTIONS) {
    transposeRecurrent(machine, node, { firstRow: direction * units, rows: units });
  }
}

/** Writes some rows of the kernel where the backward pass reads them. */
function transposeKernel(
  { kernels }: Machine,
  { input, shape, kernel, transposed }: GruNode,
  { firstRow, rows }: Rows,
): void {
  const { both } = rowBytes(shape);
  kernels.transpose(
    ...[transposed.kernel + 4 * firstRow, kernel.weight + firstRow * both],
    ...[rows, both / 16, input.stride, both],
  );
}

/** Writes some rows of a direction's recurrent kernel where the backward pass reads them. */
function transposeRecurrent(
  { kernels }: Machine,
  node: GruNode,
  { firstRow, rows }: Rows,
): void {
  const { shape, recurrent, transposed } = node;
  const { unit: unitBytes, gates } = rowBytes(shape);
  const [direction, unit] = splitRow(node, firstRow);
  kernels.transpose(
    ...[transposed.recurrent + direction * recurrentBytes(node) + 4 * unit],
    ...[recurrent.weight + firstRow * gates, rows, gates / 16, unitBytes, gates],
  );
}
