import type { ModuleAssembler } from "../../assembler/assembler.ts";
import { assembleProduct } from "../../assembler/gemm.ts";
import { kernelAdder } from "../../assembler/kernel_table.ts";
import { addCompressPair } from "./compress.ts";
import { addGatherDots, addScatterDots } from "./dots.ts";
import { addSparseAdam, addSparseProduct } from "./product.ts";
import { PANEL_ROW_BYTES, PANEL_VECTORS } from "./rows.ts";

/** `panel`: one panel of C = start + A · B, zeros and all. */
export const PANEL_KERNELS = {
  panel: ["c", "a", "b", "start", "rows"],
} as const;

/** Adds the kernels that make and multiply sparse rows. */
export function addSparseRowKernels(module: ModuleAssembler): void {
  addCompressPair(module);
  addSparseProduct(module);
  addSparseAdam(module);
  addGatherDots(module);
  addScatterDots(module);
}

/** Shape of a product of a dense matrix A with a matrix B in panels. Strides are bytes between rows. */
export interface PanelShape {
  /** Rows of B. */
  readonly inputs: number;
  readonly strideA: number;
  readonly strideC: number;
}

/** Adds the product with a panel of rows that are not sparse. */
export function addPanelKernels(
  module: ModuleAssembler,
  node: string,
  { inputs, strideA, strideC }: PanelShape,
): void {
  const add = kernelAdder(module, { table: PANEL_KERNELS, node });
  add("panel", (code, { c, a, b, start, rows }) => {
    assembleProduct(code, {
      rows: { local: rows },
      vectors: PANEL_VECTORS,
      start: { bias: start },
      rowStrideA: strideA,
      b: { rowStride: PANEL_ROW_BYTES },
      rowStrideC: strideC,
      sums: [{ count: inputs, strideA: 4, stepB: 1 }],
    }, { a, b, c });
  });
}
