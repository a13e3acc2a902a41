import type { NodeBase, Parameter } from "../../layout.ts";

/** Shape of a bidirectional GRU in memory, in bytes between positions and between samples. */
export interface GruShape {
  readonly positions: number;
  /** Units of one direction in vectors. */
  readonly unitVectors: number;
  readonly inputStride: number;
  readonly inputSampleStride: number;
  /** Of the derivatives with respect to a state, as each step back leaves them. */
  readonly deltaSampleStride: number;
  /** Whether the output has the states at each position; else the last ones. */
  readonly returnsSequences: boolean;
}

/**
 * A bidirectional GRU. Its rows of units are padded to whole vectors. An output of last states is a flattened row with two
 * segments, whose derivatives are scratch memory in training; one of all states has rows without gaps.
 */
export interface GruNode extends NodeBase {
  readonly kind: "bidirectionalGru";
  readonly shape: GruShape;
  /** `[input, direction, gate, unit]`. */
  readonly kernel: Parameter;
  /** `[direction, gate, unit]`. */
  readonly bias: Parameter;
  /** `[direction, unit of the state, gate, unit]`. */
  readonly recurrent: Parameter;
  /** The two kernels as the backward pass reads them: transposed, the recurrent kernel of each direction by itself. */
  readonly transposed: { readonly kernel: number; readonly recurrent: number };
  /** The first sample's `GruRecord`. */
  readonly records: number;
}

/**
 * What is kept of a sample, in bytes from the start of its record. A row is the units of one direction. First come the
 * rows of the gates z, r and c, `[position, direction, gate]`: as sums, then as values, and in the backward pass as the
 * loss's derivatives with respect to the sums.
 */
export interface GruRecord {
  /** Rows of states h before each position is read: `[position, direction]`. */
  readonly states: number;
  /** Rows of r ∘ h, `[position, direction]`. */
  readonly gated: number;
  /** One row: the derivatives with respect to the r ∘ h of the position that is being read. */
  readonly gatedDelta: number;
  /** Rows of the states after the last position read and of the derivatives that are carried back, `[direction]`, where all are returned. */
  readonly last: number;
  readonly carried: number;
  /** From one sample to the next. */
  readonly sampleStride: number;
}

/** Where things are in a sample's record. */
export function gruRecord(
  { positions, unitVectors, returnsSequences }: Omit<GruShape, "deltaSampleStride">,
): GruRecord {
  const row = 16 * unitVectors;
  const states = positions * 6 * row;
  const gated = states + positions * 2 * row;
  const gatedDelta = gated + positions * 2 * row;
  const last = gatedDelta + row;
  const carried = last + 2 * row;
  const end = returnsSequences ? carried + 2 * row : last;
  return { states, gated, gatedDelta, last, carried, sampleStride: Math.ceil(end / 64) * 64 };
}

/** Rows of the kernel: the channels of the input, gaps counted. */
export function countKernelRows({ inputStride }: GruShape): number {
  return inputStride / 4;
}

/** Bytes of a row of each of: units, the three gates, and the gates of both directions. */
export function rowBytes({ unitVectors }: GruShape): Record<"unit" | "gates" | "both", number> {
  const unit = 16 * unitVectors;
  return { unit, gates: 3 * unit, both: 6 * unit };
}
