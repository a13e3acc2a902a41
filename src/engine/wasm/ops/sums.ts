import type { ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { forVectors } from "../assembler/loops.ts";

/**
 * `sumParts`: target = Σ over parts, in their order, of the vectors at source + part · stride. The order makes a sum
 * the same for any number of threads.
 *
 * The others sum over rows, `stride` bytes apart, and add to what the target holds:
 *
 * - `columnSum`: Σ source,
 * - `columnSumOfSquares`: Σ (source − centre)²,
 * - `columnSumOfProducts`: Σ (source − centre) · other; `other` has the same stride.
 */
export const SUM_KERNELS = {
  sumParts: ["target", "source", "vectors", "stride", "parts"],
  columnSum: ["target", "source", "rows", "vectors", "stride"],
  columnSumOfSquares: ["target", "source", "centre", "rows", "vectors", "stride"],
  columnSumOfProducts: ["target", "source", "centre", "other", "rows", "vectors", "stride"],
} as const;

/** Adds the kernels that sum over parts or rows. */
export function addSumKernels(module: ModuleAssembler): void {
  addSumParts(module);
  addColumnSum(module);
  addColumnSumOfSquares(module);
  addColumnSumOfProducts(module);
}

function addSumParts(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SUM_KERNELS });
  add("sumParts", (code, { target, source, vectors, stride, parts }) => {
    const [pointer, left] = code.locals("i32", 2);
    const sum = code.local("v128");
    forVectors(code, { vectors, pointers: [target, source] }, () => {
      code.f32x4(0).set(sum).get(source).set(pointer).get(parts).set(left);
      code.repeatLocal(left, () => {
        code.get(sum).get(pointer).load().op("f32x4.add").set(sum);
        code.advanceBy(pointer, stride);
      });
      code.get(target).get(sum).store();
    });
  });
}

function addColumnSum(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SUM_KERNELS });
  add("columnSum", (code, { target, source, rows, vectors, stride }) => {
    const [pointer, left] = code.locals("i32", 2);
    const sum = code.local("v128");
    forVectors(code, { vectors, pointers: [target, source] }, () => {
      code.get(target).load().set(sum).get(source).set(pointer).get(rows).set(left);
      code.repeatLocal(left, () => {
        code.get(sum).get(pointer).load().op("f32x4.add").set(sum);
        code.advanceBy(pointer, stride);
      });
      code.get(target).get(sum).store();
    });
  });
}

function addColumnSumOfSquares(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SUM_KERNELS });
  add("columnSumOfSquares", (code, { target, source, centre, rows, vectors, stride }) => {
    const [pointer, left] = code.locals("i32", 2);
    const [sum, value] = code.locals("v128", 2);
    forVectors(code, { vectors, pointers: [target, source, centre] }, () => {
      code.get(target).load().set(sum).get(source).set(pointer).get(rows).set(left);
      code.repeatLocal(left, () => {
        code.get(sum).get(pointer).load().get(centre).load().op("f32x4.sub").tee(value);
        code.get(value).op("f32x4.mul").op("f32x4.add").set(sum);
        code.advanceBy(pointer, stride);
      });
      code.get(target).get(sum).store();
    });
  });
}

function addColumnSumOfProducts(module: ModuleAssembler): void {
  const add = kernelAdder(module, { table: SUM_KERNELS });
  add("columnSumOfProducts", (code, { target, source, centre, other, rows, vectors, stride }) => {
    const [pointer, otherPointer, left] = code.locals("i32", 3);
    const sum = code.local("v128");
    forVectors(code, { vectors, pointers: [target, source, centre, other] }, () => {
      code.get(target).load().set(sum).get(source).set(pointer).get(other).set(otherPointer);
      code.get(rows).set(left);
      code.repeatLocal(left, () => {
        code.get(sum).get(pointer).load().get(centre).load().op("f32x4.sub");
        code.get(otherPointer).load().op("f32x4.mul").op("f32x4.add").set(sum);
        code.advanceBy(pointer, stride).advanceBy(otherPointer, stride);
      });
      code.get(target).get(sum).store();
    });
  });
}
