import type { FunctionAssembler, Local } from "./assembler.ts";
import { forGroups } from "./loops.ts";

/** Vectors that are summed side by side, so that an addition need not wait for the one before it. */
export const VECTORS_TOGETHER = 8;

/** Rows of `vectors` vectors: the sum's, and those of `count` entries, whose addresses are in a list. */
export interface ListedRows {
  /** Address of what the sum is written to; changed. */
  readonly target: Local;
  readonly list: Local;
  /** Bytes from the address of an entry to its row, 0 if absent; changed. */
  readonly offset?: Local;
  readonly count: Local;
  readonly vectors: Local;
}

/** How a sum over rows is made. */
export interface RowSum {
  /** Called before the first row. */
  readonly begin?: () => void;
  /** Adds the vectors of a row, from its address on, to the sums. */
  readonly addRow: (row: Local, sums: readonly Local[]) => void;
  /** Pushes what is stored of the sum of a vector, which is so many vectors after the target. */
  readonly finish: (sum: Local, index: number) => void;
}

/** Assembles a sum over rows, in their order. Columns are the outer loop: some vectors at a time, then the rest one by one. */
export function assembleRowSums(
  code: FunctionAssembler,
  { target, list, offset = code.local("i32"), count, vectors }: ListedRows,
  { begin, addRow, finish }: RowSum,
): void {
  const [entry, left, row] = code.locals("i32", 3);
  const sums = code.locals("v128", VECTORS_TOGETHER);
  forGroups(code, { count: vectors, width: VECTORS_TOGETHER }, (width) => {
    const some = sums.slice(0, width);
    for (const sum of some) code.f32x4(0).set(sum);
    code.get(list).set(entry).get(count).set(left);
    begin?.();
    code.repeatLocal(left, () => {
      code.get(entry).i32Load().get(offset).op("i32.add").set(row).advance(entry, 4);
      addRow(row, some);
    });
    some.forEach((sum, i) => {
      code.get(target);
      finish(sum, i);
      code.store(16 * i);
    });
    code.advance(target, 16 * width).advance(offset, 16 * width);
  });
}
