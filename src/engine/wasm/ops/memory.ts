import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { forVectors } from "../assembler/loops.ts";

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
    const [from, to, block, left] = code.locals("i32", 4);
    const lines = code.locals("v128", 4);
    const mixed = code.locals("v128", 4);
    code.get(rows).i32(2).op("i32.shr_u").set(block);
    code.repeatLocal(block, () => {
      code.get(source).set(from).get(target).set(to).get(vectors).set(left);
      code.repeatLocal(left, () => {
        assembleTransposedBlock(code, { from, to, targetStride, sourceStride, lines, mixed });
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
    const lines = code.locals("v128", 4);
    const mixed = code.locals("v128", 4);
    code.repeatLocal(squares, () => {
      for (const [row, column] of [[0, 0], [0, 4], [4, 0], [4, 4]] as const) {
        for (const [i, line] of lines.entries()) {
          code.get(source).load(32 * (row + i) + 4 * column).set(line);
        }
        assembleTransposed(code, { lines, mixed }, (i, push) => {
          code.get(target);
          push();
          code.store(32 * (column + i) + 4 * row);
        });
      }
      code.advance(source, 256).advanceBy(target, step);
    });
  });
}

type FourLocals = readonly [Local, Local, Local, Local];

interface TransposedBlock {
  readonly from: Local;
  readonly to: Local;
  readonly targetStride: Local;
  readonly sourceStride: Local;
  readonly lines: FourLocals;
  readonly mixed: FourLocals;
}

function assembleTransposedBlock(code: FunctionAssembler, block: TransposedBlock): void {
  const { from, to, targetStride, sourceStride, lines, mixed } = block;
  const pointer = code.local("i32");
  code.get(from).set(pointer);
  for (const line of lines) {
    code.get(pointer).load().set(line).advanceBy(pointer, sourceStride);
  }
  code.get(to).set(pointer);
  assembleTransposed(code, { lines, mixed }, (_, push) => {
    code.get(pointer);
    push();
    code.store().advanceBy(pointer, targetStride);
  });
}

/** Transposes four vectors; `store` is called for each new one, with what pushes it. */
function assembleTransposed(
  code: FunctionAssembler,
  { lines: [l0, l1, l2, l3], mixed: [low01, low23, high01, high23] }: Pick<
    TransposedBlock,
    "lines" | "mixed"
  >,
  store: (index: number, push: () => void) => void,
): void {
  code.get(l0).get(l1).shuffle([0, 4, 1, 5]).set(low01);
  code.get(l2).get(l3).shuffle([0, 4, 1, 5]).set(low23);
  code.get(l0).get(l1).shuffle([2, 6, 3, 7]).set(high01);
  code.get(l2).get(l3).shuffle([2, 6, 3, 7]).set(high23);
  const columns = [
    [low01, low23, 0],
    [low01, low23, 2],
    [high01, high23, 0],
    [high01, high23, 2],
  ] as const;
  for (const [index, [first, second, lane]] of columns.entries()) {
    store(index, () => {
      code.get(first).get(second).shuffle([lane, lane + 1, lane + 4, lane + 5]);
    });
  }
}
