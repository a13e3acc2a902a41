import { PANEL_COLUMNS } from "../gemm.ts";
import { filterBytes } from "../kernels/conv.ts";
import type { ConvNode } from "../plan_types.ts";
import { applyAdam, type Machine, type Part, type Update } from "./machine.ts";

/** Convolution, activation and pooling of a part's samples. */
export function forwardConv(machine: Machine, node: ConvNode, { start, count }: Part): void {
  const { kernels, scratch } = machine;
  const { name, output, shape, slope, transposed, bias, offsets } = node;
  const convolve = kernels[`${name}.forward`];
  const pool = kernels[`${name}.pool.forward`];
  const vectors = shape.outputPositions * shape.filterVectors;
  for (let sample = start; sample < start + count; sample++) {
    const to = output.address + sample * output.slot;
    const raw = offsets === undefined ? to : scratch;
    convolve(raw, firstInput(node, sample), transposed, bias.weight);
    if (offsets !== undefined) pool(to, offsets + sample * output.slot, raw, slope);
    else if (slope !== 1) kernels.leaky(to, to, vectors, slope);
  }
}

/** First row that the convolution reads for a sample, padding counted. */
function firstInput({ input, shape }: ConvNode, sample: number): number {
  return input.address + sample * input.slot - shape.left * input.stride;
}

/** Gradients of a part's samples: the part's sums for kernel and bias, and the input's deltas. */
export function backwardConv(machine: Machine, node: ConvNode, part: Part): void {
  const { kernels } = machine;
  const { name, output, shape, slope, parts, offsets } = node;
  const gradient = parts.kernel + part.index * parts.stride;
  const biasGradient = parts.bias + part.index * parts.stride;
  kernels.clear(gradient, parts.stride);
  const vectors = output.rows * shape.filterVectors;
  for (let sample = part.start; sample < part.start + part.count; sample++) {
    const delta = output.delta! + sample * output.slot;
    if (slope !== 1) {
      kernels.leakyBackward(delta, delta, output.address + sample * output.slot, vectors, slope);
    }
    kernels.columnSum(biasGradient, delta, output.rows, shape.filterVectors, output.stride);
    const read = firstInput(node, sample);
    if (offsets === undefined) {
      kernels[`${name}.kernelGradient`](gradient, read, delta);
      passBackDense(machine, node, sample);
    } else {
      const maxima = offsets + sample * output.slot;
      kernels[`${name}.sparseKernelGradient`](gradient, read, maxima, delta);
      passBackSparse(machine, node, sample);
    }
  }
}

/** Deltas of a sample's input, where every position of the output has one. */
function passBackDense({ kernels }: Machine, node: ConvNode, sample: number): void {
  const { name, input, output, kernel } = node;
  if (input.delta === undefined) return;
  const inputDelta = input.delta + sample * input.slot;
  const delta = output.delta! + sample * output.slot;
  kernels[`${name}.inputGradient`](inputDelta, delta, kernel.weight);
}

/** Deltas of a sample's input, where only the maxima of the pooling have one. */
function passBackSparse({ kernels }: Machine, node: ConvNode, sample: number): void {
  const { name, input, output, shape, kernel, offsets } = node;
  if (input.delta === undefined) return;
  const inputDelta = input.delta + sample * input.slot;
  kernels.clear(inputDelta - input.before * input.stride, input.slot);
  kernels[`${name}.sparseInputGradient`](
    ...[inputDelta - shape.left * input.stride, kernel.weight],
    ...[offsets! + sample * output.slot, output.delta! + sample * output.slot],
  );
}

/** Adds up the parts' gradients of some filters, in order, takes Adam's step and renews the transposed kernel. */
export function updateConv(machine: Machine, node: ConvNode, update: Update): void {
  const { kernels } = machine;
  const { shape, kernel, bias, parts } = node;
  const { firstRow, rows, adam } = update;
  const rowBytes = filterBytes(shape);
  const [offset, bytes] = [firstRow * rowBytes, rows * rowBytes];
  const from = parts.kernel + offset;
  kernels.sumParts(kernel.gradient + offset, from, bytes / 16, parts.stride, update.parts);
  applyAdam(machine, kernel, { offset, bytes, adam });
  transposeFilters(machine, node, { firstRow, rows });
  if (firstRow > 0) return;
  kernels.sumParts(bias.gradient, parts.bias, bias.bytes / 16, parts.stride, update.parts);
  applyAdam(machine, bias, { offset: 0, bytes: bias.bytes, adam });
}

/** Writes some filters where the forward pass reads them: transposed, in panels. `firstRow` begins a panel. */
export function transposeFilters(
  { kernels }: Machine,
  { shape, kernel, transposed }: ConvNode,
  { firstRow, rows }: { firstRow: number; rows: number },
): void {
  const rowBytes = filterBytes(shape);
  for (let row = firstRow; row < firstRow + rows;) {
    const width = Math.min(PANEL_COLUMNS, 4 * shape.filterVectors - row);
    kernels.transpose(
      ...[transposed + row * rowBytes, kernel.weight + row * rowBytes],
      ...[width, rowBytes / 16, 4 * width, rowBytes],
    );
    row += width;
  }
}
