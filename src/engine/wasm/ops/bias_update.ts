import { deltaOf, type Parameter, type Tensor } from "../layout.ts";
import { adamUpdate, isFrozen } from "./adam.ts";
import type { ExecutionContext, Update } from "./context.ts";
import { MEMORY_KERNELS } from "./memory.ts";
import { SUM_KERNELS } from "./sums.ts";

/** Sums the gradient of a dense layer's bias over all samples of the batch, and takes Adam's step. */
export function updateBias(
  context: ExecutionContext,
  { output, bias }: { readonly output: Tensor; readonly bias: Parameter },
  { samples, adam }: Pick<Update, "samples" | "adam">,
): void {
  if (isFrozen(bias, adam)) return;
  const { clear } = context.bind(MEMORY_KERNELS);
  const { columnSum } = context.bind(SUM_KERNELS);
  clear(bias.gradient, bias.bytes);
  columnSum(bias.gradient, deltaOf(output, 0), samples, output.stride / 16, output.sampleStride);
  adamUpdate(context, bias, { offset: 0, bytes: bias.bytes, adam });
}
