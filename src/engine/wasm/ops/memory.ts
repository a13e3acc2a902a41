import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler/assembler.ts";
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
 * `transpose`: target[column, row] = source[row, column] in blocks of 4 × 4. `rows` is a multiple of four, columns are
 * vectors.
 *
 * `transposeSquares`: transposes squares of 8 × 8 without gaps, which in the source follow one another; `step` bytes lie
 * between their places in the target.
 */
export const MEMORY_KERNELS = {
  clear: ["target", "bytes"],
  copy: ["target", "source", "vectors"],
  subtract: ["target", "first", "second", "vectors"],
  transpose: ["target", "source", "rows", "vectors", "targetStride", "sourceStride"],
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
  add("transpose", (code, { target, source, rows, vectors, targetStride, sourceStride }) => {
    const [from, to, bands, left] = code.locals("i32", 4);
    const block = new TransposedBlock(code);
    code.get(rows).i32(2).op("i32.shr_u").set(bands);
    code.repeatLocal(bands, () => {
      code.get(source).set(from).get(target).set(to).get(vectors).set(left);
      code.repeatLocal(left, () => {
        assembleTransposed(code, block, { from, to, targetStride, sourceStride });
        code.advance(from, 16);
        code.get(to).get(targetStride).i32(4).op("i32.mul").op("i32.add").set(to);
      });
      code.get(source).get(sourceStride).i32(4).op("i32.mul").op("i32.add").set(source);
      code.advance(target, 16);
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

/** Addresses of a block, and the distances between its rows. */
interface BlockPlaces {
  readonly from: Local;
  readonly to: Local;
  readonly targetStride: Local;
  readonly sourceStride: Local;
}

function assembleTransposed(
  code: FunctionAssembler,
  block: TransposedBlock,
  { from, to, targetStride, sourceStride }: BlockPlaces,
): void {
  const pointer = code.local("i32");
  code.get(from).set(pointer);
  block.transpose((line) => {
    if (line > 0) code.advanceBy(pointer, sourceStride);
    code.get(pointer).load();
  });
  code.get(to).set(pointer);
  for (let lane = 0; lane < 4; lane++) {
    code.get(pointer);
    block.push(lane);
    code.store().advanceBy(pointer, targetStride);
  }
}
