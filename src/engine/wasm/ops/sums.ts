import type {
  FunctionAssembler,
  Local,
  ModuleAssembler,
  ParameterLocals,
} from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { forGroups } from "../assembler/loops.ts";

/**
 * `sumParts`: target = Σ over parts, in their order, of the vectors at source + part · stride. The order makes a sum
 * the same for any number of threads.
 *
 * The others sum over rows, `stride` bytes apart, and add to what the target holds:
 *
 * - `columnSum`: Σ source,
 * - `columnMoments`: Σ (source − centre), and to a second target Σ (source − centre)².
 */
export const SUM_KERNELS = {
  sumParts: ["target", "source", "vectors", "stride", "parts"],
  columnSum: ["target", "source", "rows", "vectors", "stride"],
  columnMoments: ["target", "squares", "source", "centre", "rows", "vectors", "stride"],
} as const;

/** Columns that are summed side by side: an addition takes four cycles, and each sum waits for its own. */
const COLUMNS = 4;

/** Adds the kernels that sum over parts or rows. */
export function addSumKernels(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SUM_KERNELS });
  add("sumParts", (code, { target, source, vectors, stride, parts }) => {
    const sums = { target, source, vectors, stride, rows: parts, start: "zero" } as const;
    sumColumns(code, sums);
  });
  add("columnSum", (code, { target, source, rows, vectors, stride }) => {
    const sums = { target, source, vectors, stride, rows, start: "self" } as const;
    sumColumns(code, sums);
  });
  add("columnMoments", addColumnMoments);
}

/** Both sums of a column in one pass over the rows. */
function addColumnMoments(
  code: FunctionAssembler,
  { target, squares, source, centre, rows, vectors, stride }: ParameterLocals<
    typeof SUM_KERNELS["columnMoments"]
  >,
): void {
  const [pointer, left] = code.locals("i32", 2);
  const kept = [0, 1, 2].map(() => code.locals("v128", COLUMNS));
  const [value, scratch] = code.locals("v128", 2);
  forGroups(code, { count: vectors, width: COLUMNS }, (columns) => {
    const own = Array.from({ length: columns }, (_, column) => {
      const [middle, sum, square] = kept.map((locals) => locals[column]!);
      return { column, middle: middle!, sum: sum!, square: square! };
    });
    for (const { column, middle, sum, square } of own) {
      code.get(centre).load(16 * column).set(middle);
      code.get(target).load(16 * column).set(sum);
      code.get(squares).load(16 * column).set(square);
    }
    code.get(source).set(pointer).get(rows).set(left);
    code.repeatLocal(left, () => {
      for (const { column, middle, sum, square } of own) {
        code.get(pointer).load(16 * column).get(middle).op("f32x4.sub").set(value);
        code.get(sum).get(value).op("f32x4.add").set(sum);
        code.get(value).get(value).get(square).multiplyAdd(scratch).set(square);
      }
      code.advanceBy(pointer, stride);
    });
    for (const { column, sum, square } of own) {
      code.get(target).get(sum).store(16 * column);
      code.get(squares).get(square).store(16 * column);
    }
    for (const at of [target, squares, source, centre]) code.advance(at, 16 * columns);
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

/** Assembles sums over rows, some columns side by side. */
function sumColumns(
  code: FunctionAssembler,
  { target, source, vectors, rows, stride, start }: ColumnSums,
): void {
  const [pointer, left] = code.locals("i32", 2);
  const sums = code.locals("v128", COLUMNS);
  forGroups(code, { count: vectors, width: COLUMNS }, (columns) => {
    const own = sums.slice(0, columns);
    for (const [column, sum] of own.entries()) {
      if (start === "zero") code.f32x4(0).set(sum);
      else code.get(target).load(16 * column).set(sum);
    }
    code.get(source).set(pointer).get(rows).set(left);
    code.repeatLocal(left, () => {
      for (const [column, sum] of own.entries()) {
        code.get(sum).get(pointer).load(16 * column).op("f32x4.add").set(sum);
      }
      code.advanceBy(pointer, stride);
    });
    for (const [column, sum] of own.entries()) code.get(target).get(sum).store(16 * column);
    code.advance(target, 16 * columns).advance(source, 16 * columns);
  });
}
