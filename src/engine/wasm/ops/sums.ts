import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { forGroups } from "../assembler/loops.ts";

/**
 * `sumParts`: target = Σ over parts, in their order, of the vectors at source + part · stride. The order makes a sum
 * the same for any number of threads.
 *
 * The others sum over rows, `stride` bytes apart, and add to what the target holds:
 *
 * - `columnSum`: Σ source,
 * - `columnSumOfSquares`: Σ (source − centre)².
 */
export const SUM_KERNELS = {
  sumParts: ["target", "source", "vectors", "stride", "parts"],
  columnSum: ["target", "source", "rows", "vectors", "stride"],
  columnSumOfSquares: ["target", "source", "centre", "rows", "vectors", "stride"],
} as const;

/** Columns that are summed side by side: an addition takes four cycles, and each sum waits for its own. */
const COLUMNS = 4;

/** Adds the kernels that sum over parts or rows. */
export function addSumKernels(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SUM_KERNELS });
  add("sumParts", (code, { target, source, vectors, stride, parts }) => {
    const sums = { target, source, vectors, stride, rows: parts, start: "zero" } as const;
    sumColumns(code, sums, { add: () => code.op("f32x4.add") });
  });
  add("columnSum", (code, { target, source, rows, vectors, stride }) => {
    const sums = { target, source, vectors, stride, rows, start: "self" } as const;
    sumColumns(code, sums, { add: () => code.op("f32x4.add") });
  });
  add("columnSumOfSquares", (code, { target, source, centre, rows, vectors, stride }) => {
    const centres = code.locals("v128", COLUMNS);
    const value = code.local("v128");
    const sums = { target, source, vectors, stride, rows, start: "self" } as const;
    sumColumns(code, sums, {
      begin: (columns) => {
        for (let column = 0; column < columns; column++) {
          code.get(centre).load(16 * column).set(centres[column]!);
        }
        code.advance(centre, 16 * columns);
      },
      add: (column) => {
        code.get(centres[column]!).op("f32x4.sub").tee(value).get(value).op("f32x4.mul");
        code.op("f32x4.add");
      },
    });
  });
}

/** Columns of vectors that are summed over rows. */
interface ColumnSums {
  readonly target: Local;
  readonly source: Local;
  readonly vectors: Local;
  readonly rows: Local;
  readonly stride: Local;
  /** What a sum starts from: zero, or what the target holds. */
  readonly start: "zero" | "self";
}

/**
 * Assembles sums over rows, some columns side by side. `add` pops a value and, below it, the sum of a column, and pushes
 * the new sum; `begin` is called before the rows of so many columns.
 */
function sumColumns(
  code: FunctionAssembler,
  { target, source, vectors, rows, stride, start }: ColumnSums,
  { begin, add }: {
    readonly begin?: (columns: number) => void;
    readonly add: (column: number) => void;
  },
): void {
  const [pointer, left] = code.locals("i32", 2);
  const sums = code.locals("v128", COLUMNS);
  forGroups(code, { count: vectors, width: COLUMNS }, (columns) => {
    const own = sums.slice(0, columns);
    begin?.(columns);
    for (const [column, sum] of own.entries()) {
      if (start === "zero") code.f32x4(0).set(sum);
      else code.get(target).load(16 * column).set(sum);
    }
    code.get(source).set(pointer).get(rows).set(left);
    code.repeatLocal(left, () => {
      for (const [column, sum] of own.entries()) {
        code.get(sum).get(pointer).load(16 * column);
        add(column);
        code.set(sum);
      }
      code.advanceBy(pointer, stride);
    });
    for (const [column, sum] of own.entries()) code.get(target).get(sum).store(16 * column);
    code.advance(target, 16 * columns).advance(source, 16 * columns);
  });
}
