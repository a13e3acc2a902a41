import type { RecurrentLayout, RecurrentNode } from "../recurrent/layout.ts";

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
 * segments, whose derivatives are scratch memory in training; one of all states has rows without gaps. Its records are
 * `GruRecord`s.
 */
export interface GruNode extends RecurrentNode {
  readonly kind: "bidirectionalGru";
  readonly shape: GruShape;
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

/** The layout of a GRU. */
export function gruLayout(shape: GruShape): RecurrentLayout {
  const { positions, unitVectors, inputStride, inputSampleStride } = shape;
  const unit = 16 * unitVectors;
  const { sampleStride } = gruRecord(shape);
  const rows = { unit, gates: 3 * unit, all: 6 * unit };
  return { ...rows, positions, directions: 2, sampleStride, inputStride, inputSampleStride };
}
