import type { NodeBase, Parameter } from "../../layout.ts";

/** Gates of an LSTM: input i, forget f, candidate g and output o. */
export const GATES = 4;

/** Shape of an LSTM in memory, in bytes between positions and between samples. */
export interface LstmShape {
  readonly positions: number;
  readonly directions: 1 | 2;
  readonly units: number;
  readonly inputStride: number;
  readonly inputSampleStride: number;
  /** Whether the output has the states at each position; else the last ones. */
  readonly returnsSequences: boolean;
}

/** An LSTM of one direction or two. Rows of units are padded to whole vectors; the output has no gaps. */
export interface LstmNode extends NodeBase {
  readonly kind: "lstm";
  readonly shape: LstmShape;
  /** `[input, direction, gate, unit]`. */
  readonly kernel: Parameter;
  /** `[direction, gate, unit]`. */
  readonly bias: Parameter;
  /** `[direction, unit of the state, gate, unit]`. */
  readonly recurrent: Parameter;
  /** The two kernels as the backward pass reads them: transposed, the recurrent kernel of each direction by itself. */
  readonly transposed: { readonly kernel: number; readonly recurrent: number };
  /** The first sample's `LstmRecord`. */
  readonly records: number;
}

/**
 * What is kept of a sample, in bytes from the start of its record. A row is the units of one direction. First come the
 * rows of the gates i, f, g and o, `[position, direction, gate]`: as sums, then as values, and in the backward pass as the
 * loss's derivatives with respect to the sums.
 */
export interface LstmRecord {
  /** Rows of states h and cells c, `[slot, direction]`: one slot more than positions, of zeros where a direction begins. */
  readonly states: number;
  readonly cells: number;
  /** Rows of tanh c, `[position, direction]`. */
  readonly tangents: number;
  /** Rows of the derivatives with respect to h and c that are carried back, `[direction]`. */
  readonly delta: number;
  readonly cellDelta: number;
  /** From one sample to the next. */
  readonly sampleStride: number;
}

/** Where things are in a sample's record. */
export function lstmRecord(
  shape: Pick<LstmShape, "positions" | "directions" | "units">,
): LstmRecord {
  const { positions, directions } = shape;
  const { unit } = rowBytes(shape);
  const states = positions * directions * GATES * unit;
  const cells = states + (positions + 1) * directions * unit;
  const tangents = cells + (positions + 1) * directions * unit;
  const delta = tangents + positions * directions * unit;
  const cellDelta = delta + directions * unit;
  const end = cellDelta + directions * unit;
  // An odd number of cache lines, which spreads samples over all sets of a cache.
  const lines = Math.ceil(end / 64);
  return { states, cells, tangents, delta, cellDelta, sampleStride: 64 * (lines | 1) };
}

/** Vectors of the units of a direction. */
export function countUnitVectors({ units }: Pick<LstmShape, "units">): number {
  return Math.ceil(units / 4);
}

/** Rows of the kernel: the channels of the input, gaps counted. */
export function countKernelRows({ inputStride }: Pick<LstmShape, "inputStride">): number {
  return inputStride / 4;
}

/** Bytes of a row of each of: units, the gates of a direction, and those of all directions. */
export function rowBytes(
  shape: Pick<LstmShape, "directions" | "units">,
): Record<"unit" | "gates" | "all", number> {
  const unit = 16 * countUnitVectors(shape);
  return { unit, gates: GATES * unit, all: shape.directions * GATES * unit };
}

/** Bytes of the recurrent kernel of a direction. */
export function recurrentBytes(shape: Pick<LstmShape, "directions" | "units">): number {
  const { unit, gates } = rowBytes(shape);
  return unit / 4 * gates;
}
