/**
 * Where everything is in the engine's one shared memory. All of it is plain data, so that it can be sent to
 * workers.
 *
 * @module
 */

import { CONSTANTS_END } from "./assembler/own_memory.ts";

/**
 * Values of one place in the network for each sample of a batch. Strides and sizes are in bytes. In an encoder that
 * reads entries rather than samples, such as references, an entry is what is called a sample here.
 */
export interface Tensor {
  /** First row of the first sample. */
  readonly address: number;
  /** Derivatives of the loss, or of the output, with respect to these values: first row of the first sample. */
  readonly delta: number;
  /** From one sample to the next. */
  readonly sampleStride: number;
  /** The same for the derivatives; differs where a convolution reads an input of the network. */
  readonly deltaSampleStride: number;
  /** Whether it is an input of the network, for which training needs no derivatives. */
  readonly ofNetwork: boolean;
  /** Whether it holds codes of letters, a byte each; its rows are then those of the derivatives. */
  readonly codes?: boolean;
  /** Rows of zeros before the first row, which padded convolutions read. */
  readonly before: number;
  readonly rows: number;
  /** From one row to the next; whole vectors but for the input of a convolution. */
  readonly stride: number;
  /** Values of a row, gaps not counted; flattened rows have gaps. */
  readonly channels: number;
  /** Values that lie side by side without a gap, and how many float32 they take with the gap after them. */
  readonly segment: { readonly count: number; readonly padded: number };
}

/** A trained weight with its moments, arrays of the same shape. Its gradient is never kept as a whole. */
export interface Trained {
  readonly weight: number;
  readonly firstMoment: number;
  readonly secondMoment: number;
  readonly bytes: number;
  /** Whether weight decay acts on it: on kernels. */
  readonly decays: boolean;
}

/** A trained weight whose gradient is kept. */
export interface Parameter extends Trained {
  readonly gradient: number;
}

/** Rounds up to whole vectors of 16 bytes, or whole units of another size. */
export function roundUp(size: number, unit = 16): number {
  return Math.ceil(size / unit) * unit;
}

/** Bytes of a line of a processor's cache. */
export const CACHE_LINE = 64;

/**
 * Rounds a size in bytes up to an odd number of cache lines: then the same place of many records of this size, which
 * products read one after the other, is spread over all sets of a cache.
 */
export function spreadStride(bytes: number): number {
  return CACHE_LINE * (Math.ceil(bytes / CACHE_LINE) | 1);
}
/**
 * Lines between regions of a thread's own memory. Where places of two regions differ by a multiple of 4 KiB, they compete
 * for the same lines of the nearest cache, and loads wait for stores that only look as if they wrote the same place.
 */
const GAP_LINES = 5;

/** Gives out addresses in the memory that each thread has for itself. */
export class OwnAllocator {
  #next = 0;

  /** An address with room for `bytes`, zero at first. */
  take(bytes: number): number {
    const address = Math.max(this.#next, CONSTANTS_END);
    this.#next = address + roundUp(bytes, CACHE_LINE) + GAP_LINES * CACHE_LINE;
    return address;
  }

  /** Bytes given out, and those before them; 0 if nothing was asked for. */
  get bytes(): number {
    return this.#next;
  }
}

/** Gives out addresses, each at the start of a cache line so that threads do not share one by accident. */
export class Allocator {
  /** The same for the memory that each thread has for itself. */
  readonly own: OwnAllocator = new OwnAllocator();
  #next = 64;

  /** An address with room for `bytes`. */
  take(bytes: number): number {
    const address = this.#next;
    this.#next += Math.ceil(bytes / 64) * 64;
    return address;
  }

  /** Pages of 64 KiB that hold everything given out. */
  get pages(): number {
    return Math.ceil(this.#next / 65536);
  }

  /** A kernel with its gradient and moments. */
  kernel(bytes: number): Parameter {
    return { ...this.parameter(bytes), decays: true };
  }

  /** A kernel with its moments. */
  trainedKernel(bytes: number): Trained {
    return { ...this.#trained(bytes), decays: true };
  }

  /** Another weight with its gradient and moments. */
  parameter(bytes: number): Parameter {
    const gradient = this.take(bytes);
    return { ...this.#trained(bytes), gradient };
  }

  #trained(bytes: number): Trained {
    const weight = this.take(bytes);
    const firstMoment = this.take(bytes);
    const secondMoment = this.take(bytes);
    return { weight, firstMoment, secondMoment, bytes, decays: false };
  }
}

/** Number of float32 that a sample takes at one place, gaps counted. */
export function countValues({ rows, stride }: Pick<Tensor, "rows" | "stride">): number {
  return rows * stride / 4;
}

/** Place of a row's value in float32, gaps counted. */
export function paddedIndex({ segment }: Pick<Tensor, "segment">, channel: number): number {
  const { count, padded } = segment;
  return Math.floor(channel / count) * padded + channel % count;
}

/** Address of a sample's values. */
export function addressOf({ address, sampleStride }: Tensor, sample: number): number {
  return address + sample * sampleStride;
}

/** Address of the derivatives with respect to a sample's values. */
export function deltaOf({ delta, deltaSampleStride }: Tensor, sample: number): number {
  return delta + sample * deltaSampleStride;
}

/** The fields that all nodes of a plan have. A node is one or several layers that are computed together. */
export interface NodeBase {
  /** The names of its kernels begin with this name. */
  readonly name: string;
  /** Number in the model of its layer with weights, or of its only layer. */
  readonly layer: number;
  readonly input: Tensor;
  readonly output: Tensor;
  /** Whether its weights fit no near cache, so that it is computed for many samples at a time; absent means no. */
  readonly wide?: boolean;
}
