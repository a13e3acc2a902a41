import type { FunctionAssembler, Local } from "./assembler.ts";
import { assembleProduct } from "./gemm.ts";
import type { MatrixAddresses, MatrixProduct, SumLoops } from "./matrix_product.ts";

/** A matrix product with a row for each sample. The elements of a row of A lie side by side. */
export interface SampleProduct extends Omit<MatrixProduct, "rows" | "sums"> {
  /** Elements of a row of A. */
  readonly inner: number;
  /** Bytes from the addresses given to where the matrices begin. */
  readonly offset?: { readonly a?: number; readonly b?: number; readonly c?: number };
}

/** Assembles a product of `samples` rows. The locals of the addresses are changed. */
export function assembleSampleProduct(
  code: FunctionAssembler,
  { inner, offset = {}, ...product }: SampleProduct,
  { a, b, c, samples }: MatrixAddresses & { readonly samples: Local },
): void {
  code.advance(a, offset.a ?? 0).advance(b, offset.b ?? 0).advance(c, offset.c ?? 0);
  const sums: SumLoops = [{ count: inner, strideA: 4, stepB: 1 }];
  assembleProduct(code, { ...product, rows: { local: samples }, sums }, { a, b, c });
}
