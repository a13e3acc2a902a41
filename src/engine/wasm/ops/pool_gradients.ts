import type { ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { deltaOf } from "../layout.ts";
import { type BackwardPass, type ExecutionContext, passesBack } from "./context.ts";
import { MEMORY_KERNELS } from "./memory.ts";
import type { PoolNode, PoolShape } from "./pool.ts";

/**
 * `backward`: writes each delta to the position that its maximum came from, and overwrites what was there. It is right
 * because windows do not overlap; with a stride below the window it would have to add. `offsetStride` must be
 * `inputStride`, and `inputDelta` zero before.
 */
const POOL_GRADIENT_KERNELS = {
  backward: ["inputDelta", "offsets", "outputDelta"],
} as const;

/** Adds the kernel that training needs of a pooling that is not fused into a convolution, besides its forward one. */
export function addPoolGradients(
  module: ModuleAssembler,
  node: string,
  { positions, vectors, outputStride }: PoolShape,
): void {
  const add = kernelAdder(module, { table: POOL_GRADIENT_KERNELS, node });
  add("backward", (code, { inputDelta, offsets, outputDelta }) => {
    code.repeat(positions, () => {
      code.repeat(4 * vectors, () => {
        code.get(inputDelta).get(offsets).i32Load().op("i32.add");
        code.get(outputDelta).f32Load().f32Store();
        for (const pointer of [inputDelta, offsets, outputDelta]) code.advance(pointer, 4);
      });
      // The next window's offsets count from the first row again.
      code.advance(inputDelta, -16 * vectors);
      code.advance(offsets, outputStride - 16 * vectors);
      code.advance(outputDelta, outputStride - 16 * vectors);
    });
  });
}

/** Writes the derivatives with respect to the positions that a part's maxima came from. */
export function poolBackward(
  context: ExecutionContext,
  node: PoolNode,
  pass: BackwardPass,
): void {
  if (!passesBack(node, pass)) return;
  const { name, input, output, offsets } = node;
  const { start, count } = pass.part;
  const { clear } = context.bind(MEMORY_KERNELS);
  const { backward } = context.bind(POOL_GRADIENT_KERNELS, name);
  for (let sample = start; sample < start + count; sample++) {
    const inputDelta = deltaOf(input, sample);
    clear(inputDelta, input.rows * input.stride);
    backward(inputDelta, offsets + sample * output.sampleStride, deltaOf(output, sample));
  }
}
