import { PANEL_COLUMNS } from "../../../assembler/panels.ts";
import { addressOf, deltaOf } from "../../../layout.ts";
import type { ExecutionContext, Part } from "../../context.ts";
import { type ConvNode, filterBytes } from "../shape.ts";
import type { TransformedConv } from "./types.ts";
import { MEMORY_KERNELS } from "../../memory.ts";
import { TRANSFORMED_GRADIENT_KERNELS, TRANSFORMED_KERNELS } from "./tables.ts";
import { lastPanelOffset, layOut } from "./tiling.ts";

/** Applies a convolution with what is fused into it to a part's samples, some together. */
export function forwardTransformed(
  context: ExecutionContext,
  { name, input, output, offsets = 0, bias }: ConvNode,
  { tiling, kernel, part: { start, count } }: TransformedConv & { readonly part: Part },
): void {
  const { transformedForward } = context.bind(TRANSFORMED_KERNELS, name);
  const together = tiling.samples.forward;
  for (let sample = start; sample < start + count; sample += together) {
    const maxima = offsets + sample * output.sampleStride;
    const samples = Math.min(together, start + count - sample);
    const target = addressOf(output, sample);
    transformedForward(target, maxima, addressOf(input, sample), kernel, bias.weight, samples);
  }
}

/** Computes the gradients of a part's samples, and the derivatives with respect to their inputs. */
export function backwardTransformed(
  context: ExecutionContext,
  { name, input, output, offsets = 0, parts }: ConvNode,
  { tiling, backwardKernel, part }: TransformedConv & { readonly part: Part },
): void {
  const kernels = context.bind(TRANSFORMED_GRADIENT_KERNELS, name);
  const { clear } = context.bind(MEMORY_KERNELS);
  const together = tiling.samples.backward;
  const gradient = parts.kernel + part.index * parts.stride;
  const biasGradient = parts.bias + part.index * parts.stride;
  clear(gradient, parts.stride);
  kernels.beginGradient();
  const end = part.start + part.count;
  for (let sample = part.start; sample < end; sample += together) {
    const samples = Math.min(together, end - sample);
    if (samples < together) kernels.clearTiles();
    kernels.transformedBackward(
      deltaOf(output, sample),
      addressOf(output, sample),
      offsets + sample * output.sampleStride,
      biasGradient,
      addressOf(input, sample),
      backwardKernel!,
      deltaOf(input, sample),
      samples,
    );
  }
  kernels.endGradient(gradient);
}

/** Transforms a panel of the kernel after its filters changed. `row` is its first filter, `width` their number. */
export function transformPanel(
  context: ExecutionContext,
  { name, shape, transposed }: ConvNode,
  { tiling, kernel, row, width }: TransformedConv & {
    readonly row: number;
    readonly width: number;
  },
): void {
  const { transformPanel, transformNarrowPanel } = context.bind(TRANSFORMED_KERNELS, name);
  const transform = width === PANEL_COLUMNS ? transformPanel : transformNarrowPanel;
  const target = kernel + row * 4 * tiling.pieces * shape.channels;
  transform(target, transposed + row * filterBytes(shape));
}

/** Transforms some filters as the backward pass reads them, after they changed. */
export function transformFilters(
  context: ExecutionContext,
  { name, shape, kernel }: ConvNode,
  { backwardKernel, tiling, firstRow, rows }: TransformedConv & {
    readonly firstRow: number;
    readonly rows: number;
  },
): void {
  const { transformFilters } = context.bind(TRANSFORMED_GRADIENT_KERNELS, name);
  const filters = Math.min(rows, shape.filters - firstRow);
  const wide = backwardKernel! + 4 * PANEL_COLUMNS * firstRow;
  const narrow = backwardKernel! + lastPanelOffset(layOut(shape, tiling, 1)) + 16 * firstRow;
  transformFilters(wide, narrow, kernel.weight + firstRow * filterBytes(shape), filters);
}
