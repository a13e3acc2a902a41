import type { Local } from "./assembler.ts";

/** A loop over part of the summed axis. */
export interface SumLoop {
  /** Number of iterations, or, for the innermost loop, a local that holds it. */
  readonly count: number | { readonly local: Local };
  /** Bytes that A advances. */
  readonly strideA: number;
  /** Rows that B advances. */
  readonly stepB: number;
}

/** Loops over the summed axis, the outermost first. */
export type SumLoops = readonly [SumLoop, ...SumLoop[]];

/** Shape of a matrix product C[row, column] (+)= Σ A[row, k] · B[k, column]. */
export interface MatrixProduct {
  /** Number of rows, or a local that holds it. */
  readonly rows: number | { readonly local: Local };
  /** Columns in vectors of four float32; rows of B and C are padded to them. */
  readonly vectors: number;
  /** Bytes between rows of A. */
  readonly rowStrideA: number;
  /**
   * Bytes between rows of B, and between panels, which lie side by side if not said otherwise; or how many rows there are
   * if B is packed in panels whose rows have no gaps: see `panels`.
   */
  readonly b:
    | { readonly rowStride: number; readonly panelStride?: number }
    | { readonly packedRows: number };
  /** Bytes between rows of C. */
  readonly rowStrideC: number;
  /** A local with the bytes between panels of C, which lie side by side if it is absent. */
  readonly panelStrideC?: Local;
  /** Loops over k, the outermost first. */
  readonly sums: SumLoops;
  /** What C starts from: zero, itself, or a row of biases whose address is in a local. */
  readonly start: "zero" | "self" | { readonly bias: Local };
}

/** Addresses of the three matrices. The locals of B and C are changed. */
export interface MatrixAddresses {
  readonly a: Local;
  readonly b: Local;
  readonly c: Local;
}
