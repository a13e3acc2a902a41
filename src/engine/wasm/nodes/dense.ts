import type { DenseNode } from "../plan_types.ts";
import { applyAdam, type Machine, type Part, type Update } from "./machine.ts";

/** Product, bias and activation of a part's samples. */
export function forwardDense({ kernels }: Machine, node: DenseNode, { start, count }: Part): void {
  const { name, input, output, kernel, bias, slope } = node;
  const to = output.address + start * output.slot;
  const from = input.address + start * input.slot;
  kernels[`${name}.forward`](to, from, kernel.weight, bias.weight, count);
  if (slope !== 1) kernels.leaky(to, to, count * output.slot / 16, slope);
}

/** Deltas of the input for a part's samples; the kernel's gradient is left to the update. */
export function backwardDense({ kernels }: Machine, node: DenseNode, { start, count }: Part): void {
  const { name, input, output, transposed, slope } = node;
  const delta = output.delta! + start * output.slot;
  if (slope !== 1) {
    const value = output.address + start * output.slot;
    kernels.leakyBackward(delta, delta, value, count * output.slot / 16, slope);
  }
  if (input.delta === undefined) return;
  const inputDelta = input.delta + start * input.slot;
  kernels[`${name}.inputGradient`](inputDelta, delta, transposed, count);
}

/**
 * Gradient of some rows of the kernel over all samples of the batch, Adam's step, and the transposed kernel. A
 * sum over all samples in their order needs no parts.
 */
export function updateDense(machine: Machine, node: DenseNode, update: Update): void {
  const { kernels } = machine;
  const { name, input, output, kernel, bias } = node;
  const { firstRow, rows, samples, adam } = update;
  const [offset, bytes] = [firstRow * output.stride, rows * output.stride];
  const from = input.address + 4 * firstRow;
  const delta = output.delta!;
  kernels[`${name}.kernelGradient`](kernel.gradient + offset, from, delta, rows, samples);
  applyAdam(machine, kernel, { offset, bytes, adam });
  transposeRows(machine, node, { firstRow, rows });
  if (firstRow > 0) return;
  kernels.clear(bias.gradient, bias.bytes);
  kernels.columnSum(bias.gradient, delta, samples, output.stride / 16, output.slot);
  applyAdam(machine, bias, { offset: 0, bytes: bias.bytes, adam });
}

/** Writes some rows of the kernel where the backward pass reads them. */
export function transposeRows(
  { kernels }: Machine,
  { input, output, kernel, transposed }: DenseNode,
  { firstRow, rows }: { firstRow: number; rows: number },
): void {
  kernels.transpose(
    ...[transposed + 4 * firstRow, kernel.weight + firstRow * output.stride],
    ...[rows, output.stride / 16, input.stride, output.stride],
  );
}
