import type { ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { forVectors } from "../assembler/loops.ts";
import { TransposedBlock } from "../assembler/transposed_block.ts";

/**
 * `clear`: target = 0.
 *
 * `copy`: target = source.
 *
 * `subtract`: target = first − second.
 *
 * `transposeSquares`: transposes squares of 8 × 8 without gaps, which in the source follow one another; `step` bytes lie
 * between their places in the target.
 */
export const MEMORY_KERNELS = {
  clear: ["target", "bytes"],
  copy: ["target", "source", "vectors"],
  subtract: ["target", "first", "second", "vectors"],
  transposeSquares: ["target", "source", "squares", "step"],
} as const;

/** Adds the kernels that clear and rearrange memory. */
export function addMemoryKernels(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: MEMORY_KERNELS });
  add("clear", (code, { target, bytes }) => {
    code.get(target).i32(0).get(bytes).fill();
  });
  add("copy", (code, { target, source, vectors }) => {
    forVectors(code, { vectors, pointers: [target, source] }, () => {
      code.get(target).get(source).load().store();
    });
  });
  add("subtract", (code, { target, first, second, vectors }) => {
    forVectors(code, { vectors, pointers: [target, first, second] }, () => {
      code.get(target).get(first).load().get(second).load().op("f32x4.sub").store();
    });
  });
  addTransposeSquares(module);
}

function addTransposeSquares(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: MEMORY_KERNELS });
  add("transposeSquares", (code, { target, source, squares, step }) => {
    const block = new TransposedBlock(code);
    code.repeatLocal(squares, () => {
      for (const [row, column] of [[0, 0], [0, 4], [4, 0], [4, 4]] as const) {
        block.transpose((line) => code.get(source).load(32 * (row + line) + 4 * column));
        for (let lane = 0; lane < 4; lane++) {
          code.get(target);
          block.push(lane);
          code.store(32 * (column + lane) + 4 * row);
        }
      }
      code.advance(source, 256).advanceBy(target, step);
    });
  });
}
