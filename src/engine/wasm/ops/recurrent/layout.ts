import type { NodeBase, Parameter } from "../../layout.ts";

/** Layout of a recurrent layer with gates, in bytes. A row is the units of one direction, padded to whole vectors. */
export interface RecurrentLayout {
  readonly positions: number;
  readonly directions: 1 | 2;
  /** Of a row. */
  readonly unit: number;
  /** Of the rows of a direction's gates. */
  readonly gates: number;
  /** Of those of all directions. */
  readonly all: number;
  /** Between the records of two samples, which begin with the gates, `[position, direction, gate, unit]`. */
  readonly sampleStride: number;
  readonly inputStride: number;
  readonly inputSampleStride: number;
}

/** A GRU or an LSTM. */
export interface RecurrentNode extends NodeBase {
  readonly shape: Pick<RecurrentLayout, "inputStride">;
  /** `[input, direction, gate, unit]`. */
  readonly kernel: Parameter;
  /** `[direction, gate, unit]`. */
  readonly bias: Parameter;
  /** `[direction, unit of the state, gate, unit]`. */
  readonly recurrent: Parameter;
  /** The two kernels as the backward pass reads them: transposed, the recurrent kernel of each direction by itself. */
  readonly transposed: { readonly kernel: number; readonly recurrent: number };
  /** The first sample's record. */
  readonly records: number;
}

/** Rows of the kernel: the channels of the input, gaps counted. */
export function countKernelRows({ inputStride }: Pick<RecurrentLayout, "inputStride">): number {
  return inputStride / 4;
}

/** Bytes of the recurrent kernel of a direction. */
export function recurrentBytes({ unit, gates }: Pick<RecurrentLayout, "unit" | "gates">): number {
  return unit / 4 * gates;
}
