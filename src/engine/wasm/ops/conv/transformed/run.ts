import { PANEL_COLUMNS } from "../../../assembler/gemm.ts";
import { addressOf } from "../../../layout.ts";
import type { ExecutionContext, Part } from "../../context.ts";
import { type ConvNode, filterBytes, type TransformedConv } from "../shape.ts";
import { TRANSFORMED_KERNELS } from "./kernels.ts";

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
