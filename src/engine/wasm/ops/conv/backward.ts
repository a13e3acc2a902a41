import { PANEL_COLUMNS } from "../../assembler/panels.ts";
import { addressOf, deltaOf } from "../../layout.ts";
import { ACTIVATION_KERNELS } from "../activation.ts";
import { adamUpdate } from "../adam.ts";
import { type BackwardPass, type ExecutionContext, passesBack, type Update } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { SUM_KERNELS } from "../sums.ts";
import { CONV_GRADIENT_KERNELS, CONV_SPARSE_GRADIENT_KERNELS } from "./gradient_kernels.ts";
import { convTranspose, type FilterRows, firstInput } from "./run.ts";
import { type ConvNode, filterBytes } from "./shape.ts";
import { backwardTransformed, transformFilters, transformPanel } from "./transformed/run.ts";

/**
 * Computes the gradients of a part's samples: the part's sums for kernel and bias, and the derivatives with respect to
 * the input.
 */
export function convBackward(context: ExecutionContext, node: ConvNode, pass: BackwardPass): void {
  const { output, shape, slope, parts, transformed } = node;
  const { part, wanted } = pass;
  if (wanted === "weights" && transformed?.backwardKernel !== undefined) {
    return backwardTransformed(context, node, { ...transformed, part });
  }
  const { clear } = context.bind(MEMORY_KERNELS);
  const { leakyBackward } = context.bind(ACTIVATION_KERNELS);
  const { columnSum } = context.bind(SUM_KERNELS);
  const gradient = parts.kernel + part.index * parts.stride;
  const biasGradient = parts.bias + part.index * parts.stride;
  const addGradients = node.offsets === undefined
    ? denseGradients(context, node, pass)
    : sparseGradients(context, node, { pass, offsets: node.offsets });
  if (wanted === "weights") clear(gradient, parts.stride);
  const vectors = output.rows * shape.filterVectors;
  for (let sample = part.start; sample < part.start + part.count; sample++) {
    const delta = deltaOf(output, sample);
    if (slope !== 1 && !node.deltaActivated) {
      leakyBackward(delta, delta, addressOf(output, sample), vectors, slope);
    }
    if (wanted === "weights") {
      columnSum(biasGradient, delta, output.rows, shape.filterVectors, output.stride);
    }
    addGradients(gradient, sample);
  }
}

type AddGradients = (gradient: number, sample: number) => void;

/** Adds gradients of a sample where every position of the output has one. */
function denseGradients(
  context: ExecutionContext,
  node: ConvNode,
  pass: BackwardPass,
): AddGradients {
  const { name, input, output, kernel } = node;
  const { kernelGradient, inputGradient } = context.bind(CONV_GRADIENT_KERNELS, name);
  const toInput = passesBack(node, pass);
  return (gradient, sample) => {
    const delta = deltaOf(output, sample);
    if (pass.wanted === "weights") kernelGradient(gradient, firstInput(node, sample), delta);
    if (toInput) inputGradient(deltaOf(input, sample), delta, kernel.weight);
  };
}

/** Adds gradients of a sample where only the maxima of the pooling have one. */
function sparseGradients(
  context: ExecutionContext,
  node: ConvNode,
  { pass, offsets }: { readonly pass: BackwardPass; readonly offsets: number },
): AddGradients {
  const { name, input, output, shape, kernel } = node;
  const { kernelGradient, inputGradient } = context.bind(CONV_SPARSE_GRADIENT_KERNELS, name);
  const { clear } = context.bind(MEMORY_KERNELS);
  const toInput = passesBack(node, pass);
  return (gradient, sample) => {
    const delta = deltaOf(output, sample);
    const maxima = offsets + sample * output.sampleStride;
    if (pass.wanted === "weights") {
      kernelGradient(gradient, firstInput(node, sample), maxima, delta);
    }
    if (!toInput) return;
    const inputDelta = deltaOf(input, sample);
    clear(inputDelta - input.before * input.stride, input.sampleStride);
    inputGradient(inputDelta - shape.left * input.stride, kernel.weight, maxima, delta);
    // The window of a maximum may reach past the input's ends. A convolution before expects zeros there.
    clear(inputDelta - input.before * input.stride, input.before * input.stride);
    const end = (input.before + input.rows) * input.stride;
    clear(inputDelta + input.rows * input.stride, input.sampleStride - end);
  };
}

/** Adds up the parts' gradients of some filters, in order, takes Adam's step and renews the transposed kernel. */
export function convUpdate(context: ExecutionContext, node: ConvNode, update: Update): void {
  const { shape, kernel, bias, parts } = node;
  const { firstRow, rows, adam } = update;
  const { sumParts } = context.bind(SUM_KERNELS);
  const rowBytes = filterBytes(shape);
  const offset = firstRow * rowBytes;
  const bytes = rows * rowBytes;
  const from = parts.kernel + offset;
  sumParts(kernel.gradient + offset, from, bytes / 16, parts.stride, update.parts);
  adamUpdate(context, kernel, { offset, bytes, adam });
  renewFilters(context, node, { firstRow, rows });
  if (firstRow > 0) return;
  sumParts(bias.gradient, parts.bias, bias.bytes / 16, parts.stride, update.parts);
  adamUpdate(context, bias, { offset: 0, bytes: bias.bytes, adam });
}

/** Writes some filters where the passes of training read them: transposed, and transformed where that pays. */
export function renewFilters(context: ExecutionContext, node: ConvNode, filters: FilterRows): void {
  convTranspose(context, node, filters);
  const { shape, transformed } = node;
  if (transformed === undefined) return;
  const { firstRow, rows } = filters;
  for (let row = firstRow; row < firstRow + rows; row += PANEL_COLUMNS) {
    const width = Math.min(PANEL_COLUMNS, 4 * shape.filterVectors - row);
    transformPanel(context, node, { ...transformed, row, width });
  }
  if (transformed.backwardKernel === undefined) return;
  transformFilters(context, node, { ...transformed, firstRow, rows });
}
