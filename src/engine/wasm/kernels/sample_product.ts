import type { ModuleAssembler } from "../assembler.ts";
import { assembleProduct, type MatrixProduct } from "../gemm.ts";

/** A matrix product with a row for each sample. The elements of a row of A lie side by side. */
export interface SampleProduct extends Omit<MatrixProduct, "rows" | "sums"> {
  /** Elements of a row of A. */
  readonly inner: number;
  /** Bytes from the addresses given to where the matrices begin. */
  readonly offset?: { readonly a?: number; readonly b?: number; readonly c?: number };
}

/** Adds `NAME(c, a, b, samples)`, such a product. */
export function addSampleProduct(
  module: ModuleAssembler,
  name: string,
  { inner, offset = {}, ...product }: SampleProduct,
): void {
  module.addFunction(name, ["i32", "i32", "i32", "i32"], (code, c, a, b, samples) => {
    code.advance(a, offset.a ?? 0).advance(b, offset.b ?? 0).advance(c, offset.c ?? 0);
    const sums = [{ count: inner, strideA: 4, stepB: 1 }];
    assembleProduct(code, { ...product, rows: { local: samples }, sums }, { a, b, c });
  });
}
