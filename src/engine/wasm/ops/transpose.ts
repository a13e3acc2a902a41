import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { TransposedBlock } from "../assembler/transposed_block.ts";

/**
 * `transpose`: target[column, row] = source[row, column] in blocks of 4 × 4. `rows` is a multiple of four, columns are
 * vectors.
 */
export const TRANSPOSE_KERNELS = {
  transpose: ["target", "source", "rows", "vectors", "targetStride", "sourceStride"],
} as const;

/** Adds the kernel that transposes. */
export function addTransposeKernels(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: TRANSPOSE_KERNELS });
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
