import type { RecurrentLayout, RecurrentNode } from "../recurrent/layout.ts";

/** Gates of an LSTM: input i, forget f, candidate g and output o. */
const GATES = 4;

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

/**
 * An LSTM of one direction or two. Rows of units are padded to whole vectors; the output has no gaps. Its records are
 * `LstmRecord`s.
 */
export interface LstmNode extends RecurrentNode {
  readonly kind: "lstm";
  readonly shape: LstmShape;
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
export function lstmRecord(shape: LstmShape): LstmRecord {
  const { positions, directions } = shape;
  const unit = 16 * countUnitVectors(shape);
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

/** The layout of an LSTM. */
export function lstmLayout(shape: LstmShape): RecurrentLayout {
  const { positions, directions, inputStride, inputSampleStride } = shape;
  const unit = 16 * countUnitVectors(shape);
  const gates = GATES * unit;
  const { sampleStride } = lstmRecord(shape);
  const rows = { unit, gates, all: directions * gates };
  return { ...rows, positions, directions, sampleStride, inputStride, inputSampleStride };
}
