/**
 * Where the values of a group of samples are in a thread's own memory. Four samples lie in the lanes of a vector; such
 * a quad passes through a layer together.
 *
 * @module
 */

import type { LayerChain } from "../../../model/graph.ts";
import { roundUp } from "../layout.ts";

/** Samples in the lanes of a vector. */
export const LANES = 4;
/** Quads of a group: as many rows of a matrix product as the registers have room for. */
export const GROUP_QUADS = 6;
/** Samples of a group. */
export const GROUP_SAMPLES = LANES * GROUP_QUADS;
/** Bytes of a vector. */
export const VECTOR = 16;

/** Values of one place in the network, `[quad, row, channel]`, each a vector of four samples. */
export interface LaneTensor {
  /** First row of the first quad. */
  readonly address: number;
  readonly rows: number;
  /** Values of a row, gaps not counted. */
  readonly channels: number;
  /** Vectors of a row, gaps counted. */
  readonly stride: number;
  /** Bytes from a quad to the next. */
  readonly quadBytes: number;
  /** Values that lie side by side without a gap, and how many vectors they take with the gap after them. */
  readonly segment: { readonly count: number; readonly padded: number };
}

/** Size of a lane tensor, and the rows of zeros around it. */
export interface LaneShape {
  readonly rows: number;
  readonly channels: number;
  readonly stride: number;
  readonly before?: number;
  readonly after?: number;
}

/** Bytes that no two regions should be a multiple of apart: equal low bits of addresses stall loads after stores. */
const PAGE = 4096;
/** Cache lines between regions. */
const GAP = 5 * 64;

/** A distance of at least so many bytes between regions that are used together; no multiple of a page. */
export function skewedStride(bytes: number): number {
  const stride = roundUp(bytes, 64);
  return stride % PAGE === 0 ? stride + 64 : stride;
}

/** Gives out addresses in the memory of a thread. */
export class LaneAllocator {
  #next: number;

  /** `first` is the first address to give out. */
  constructor(first: number) {
    this.#next = first;
  }

  /** An address with room for `bytes`. */
  take(bytes: number): number {
    const address = this.#next;
    this.#next += roundUp(bytes, 64) + GAP;
    return address;
  }

  /** A tensor of a group. */
  tensor({ rows, channels, stride, before = 0, after = 0 }: LaneShape): LaneTensor {
    const rowBytes = stride * VECTOR;
    const quadBytes = skewedStride((before + rows + after) * rowBytes);
    const address = this.take(GROUP_QUADS * quadBytes) + before * rowBytes;
    const segment = { count: channels, padded: stride };
    return { address, rows, channels, stride, quadBytes, segment };
  }

  /** The next address: what was given out lies below it. */
  get end(): number {
    return this.#next;
  }
}

/** The same values as one row. */
export function flattenLanes(tensor: LaneTensor): LaneTensor {
  const { rows, stride, channels } = tensor;
  return { ...tensor, rows: 1, stride: rows * stride, channels: rows * channels };
}

/** Place of a row's value in vectors, gaps counted. */
export function laneIndex({ segment }: LaneTensor, channel: number): number {
  return Math.floor(channel / segment.count) * segment.padded + channel % segment.count;
}

/** Values of a sample that a chain reads. */
export function inputSize({ shapes: [first] }: LayerChain): number {
  return first.reduce((size: number, extent) => size * extent, 1);
}
