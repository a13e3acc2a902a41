import type { FunctionAssembler, Local, ModuleAssembler } from "../../assembler/assembler.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { forGroups, forVectors } from "../../assembler/loops.ts";
import { assembleRowSums, type ListedRows } from "../../assembler/row_sums.ts";
import { addSoftmaxKernels } from "./softmax_kernels.ts";

/**
 * Rows are of `vectors` vectors. `list` is the address of `count` addresses of rows; `factors` that of as many float32.
 * Sums are over rows in the order of the list.
 *
 * - `accumulate`: target += factor · source.
 * - `sumRows`: target = Σ row / divisor.
 * - `weighRows`: target = Σ factor · row.
 * - `dotRows` and `compareRows`: for each row Σ row · other and Σ (other − row)² over its values, as one vector whose
 *   lanes are still to be summed.
 * - `pullRows`: target += Σ factor · (own − row).
 * - `pushRows`: for each row, target += factor · (row − own); targets lie `stride` bytes apart.
 * - `spreadRow`: target += factor · source for `count` targets that lie `stride` bytes apart.
 */
export const JOIN_KERNELS = {
  accumulate: ["target", "source", "vectors", "factor: f32"],
  sumRows: ["target", "list", "count", "vectors", "divisor: f32"],
  weighRows: ["target", "list", "factors", "count", "vectors"],
  dotRows: ["target", "other", "list", "count", "vectors"],
  compareRows: ["target", "other", "list", "count", "vectors"],
  pullRows: ["target", "own", "list", "factors", "count", "vectors"],
  pushRows: ["target", "stride", "own", "list", "factors", "count", "vectors"],
  spreadRow: ["target", "stride", "source", "factors", "count", "vectors"],
} as const;

/** Rows that are compared side by side, so that an addition need not wait for the one before it. */
const SIDE_BY_SIDE = 4;

/** Adds the kernels of joins. */
export function addJoinKernels(module: ModuleAssembler): void {
  addAccumulate(module);
  addRowSums(module);
  addRowProducts(module);
  addDifferences(module);
  addSoftmaxKernels(module);
}

function addAccumulate(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: JOIN_KERNELS });
  add("accumulate", (code, { target, source, vectors, factor }) => {
    const [factors, scratch] = code.locals("v128", 2);
    code.get(factor).op("f32x4.splat").set(factors);
    forVectors(code, { vectors, pointers: [target, source] }, () => {
      code.get(target).get(source).load().get(factors).get(target).load().multiplyAdd(scratch);
      code.store();
    });
  });
  add("spreadRow", (code, { target, stride, source, factors, count, vectors }) => {
    const [to, from, left] = code.locals("i32", 3);
    const [factor, scratch] = code.locals("v128", 2);
    code.repeatLocal(count, () => {
      code.get(target).set(to).get(source).set(from).get(vectors).set(left);
      code.get(factors).loadSplat().set(factor);
      forVectors(code, { vectors: left, pointers: [to, from] }, () => {
        code.get(to).get(from).load().get(factor).get(to).load().multiplyAdd(scratch).store();
      });
      code.advanceBy(target, stride).advance(factors, 4);
    });
  });
}

function addRowSums(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: JOIN_KERNELS });
  add("sumRows", (code, { target, list, count, vectors, divisor }) => {
    const divisors = code.local("v128");
    code.get(divisor).op("f32x4.splat").set(divisors);
    assembleRowSums(code, { target, list, count, vectors }, {
      addRow: (row, sums) => {
        sums.forEach((sum, i) => code.get(sum).get(row).load(16 * i).op("f32x4.add").set(sum));
      },
      finish: (sum) => code.get(sum).get(divisors).op("f32x4.div"),
    });
  });
  add("weighRows", (code, { target, list, factors, count, vectors }) => {
    const [factor, scratch] = code.locals("v128", 2);
    const next = code.local("i32");
    assembleRowSums(code, { target, list, count, vectors }, {
      begin: () => code.get(factors).set(next),
      addRow: (row, sums) => {
        code.get(next).loadSplat().set(factor).advance(next, 4);
        sums.forEach((sum, i) => {
          code.get(row).load(16 * i).get(factor).get(sum).multiplyAdd(scratch).set(sum);
        });
      },
      finish: (sum) => code.get(sum),
    });
  });
}

function addRowProducts(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: JOIN_KERNELS });
  add("dotRows", (code, { target, other, list, count, vectors }) => {
    const scratch = code.local("v128");
    assembleRowProducts(code, { target, other, list, count, vectors }, (value, row, sum) => {
      code.get(value).get(row).load().get(sum).multiplyAdd(scratch).set(sum);
    });
  });
  add("compareRows", (code, { target, other, list, count, vectors }) => {
    const [difference, scratch] = code.locals("v128", 2);
    assembleRowProducts(code, { target, other, list, count, vectors }, (value, row, sum) => {
      code.get(value).get(row).load().op("f32x4.sub").tee(difference).get(difference);
      code.get(sum).multiplyAdd(scratch).set(sum);
    });
  });
}

/** Some rows side by side, then the rest one by one. `addProduct` adds what a vector of the other and of a row make. */
function assembleRowProducts(
  code: FunctionAssembler,
  { target, other, list, count, vectors }: Omit<ListedRows, "offset"> & { readonly other: Local },
  addProduct: (value: Local, row: Local, sum: Local) => void,
): void {
  const [left, from] = code.locals("i32", 2);
  const value = code.local("v128");
  const rows = code.locals("i32", SIDE_BY_SIDE) as Local[];
  const sums = code.locals("v128", SIDE_BY_SIDE) as Local[];
  const assembleGroup = (width: number) => {
    const some = rows.slice(0, width);
    some.forEach((row, i) => {
      code.get(list).i32Load(4 * i).set(row).f32x4(0).set(sums[i]!);
    });
    code.get(other).set(from).get(vectors).set(left);
    forVectors(code, { vectors: left, pointers: [from, ...some] }, () => {
      code.get(from).load().set(value);
      some.forEach((row, i) => addProduct(value, row, sums[i]!));
    });
    some.forEach((_, i) => code.get(target).get(sums[i]!).store(16 * i));
    code.advance(target, 16 * width).advance(list, 4 * width);
  };
  forGroups(code, { count, width: SIDE_BY_SIDE }, assembleGroup);
}

function addDifferences(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: JOIN_KERNELS });
  add("pullRows", (code, operands) => {
    assembleDifferences(code, operands, (own, row) => code.get(own).load().get(row).load());
  });
  add("pushRows", (code, operands) => {
    assembleDifferences(code, operands, (own, row) => code.get(row).load().get(own).load());
  });
}

/**
 * For each row adds its factor times the difference of two vectors, which `pushPair` pushes, to the target, which moves on
 * by `stride` bytes if there is one.
 */
function assembleDifferences(
  code: FunctionAssembler,
  { target, stride, own, list, factors, count, vectors }: Omit<ListedRows, "offset"> & {
    readonly own: Local;
    readonly factors: Local;
    readonly stride?: Local;
  },
  pushPair: (own: Local, row: Local) => void,
): void {
  const [to, from, row, left] = code.locals("i32", 4);
  const [factor, scratch] = code.locals("v128", 2);
  code.repeatLocal(count, () => {
    code.get(list).i32Load().set(row).get(factors).loadSplat().set(factor);
    code.get(target).set(to).get(own).set(from).get(vectors).set(left);
    forVectors(code, { vectors: left, pointers: [to, from, row] }, () => {
      code.get(to);
      pushPair(from, row);
      code.op("f32x4.sub").get(factor).get(to).load().multiplyAdd(scratch).store();
    });
    if (stride !== undefined) code.advanceBy(target, stride);
    code.advance(list, 4).advance(factors, 4);
  });
}
