/**
 * The places of the values between two layers on the GPU.
 *
 * @module
 */

import { formatFloatWgsl, type KernelDescription } from "./kernel.ts";
import type { LetterSource } from "./letters.ts";

/** The number of items of a tensor in a step. */
export interface ItemCount {
  /** WGSL for the number. */
  readonly wgsl: string;
  /** Buffers that it is read from. */
  readonly buffers: KernelDescription["buffers"];
}

/** The items are the samples of the batch. */
export const SAMPLE_COUNT: ItemCount = { wgsl: "step.samples", buffers: {} };

/**
 * Values at one place in the network, for every model and item of a batch: a sample, or in an encoder an entry that
 * samples may share. Three buffers may belong to it:
 * `NAME.value`, `[model, sample, before + position + after, channel]`; `NAME.delta`, the loss's derivatives before
 * the activation, `[model, sample, position, channel]`; and, after a max pooling, `NAME.offset`, laid out as the
 * deltas, the position of each maximum.
 */
export interface Tensor {
  readonly name: string;
  readonly positions: number;
  readonly channels: number;
  /** Rows of zeros around the positions, which the padding of a convolution reads. */
  readonly before: number;
  readonly after: number;
  /** Slope below zero of the activation that made the values; 1 means no activation. */
  readonly slope: number;
  /** Items that there is room for. */
  readonly samples: number;
  /** Items of a step. */
  readonly count: ItemCount;
  /** Whether its deltas are computed: where layers before it learn, and for input gradients. */
  readonly hasDelta: boolean;
  /**
   * Name of a buffer `[model, item]` of the sample that each item was made for and the number of its reference, where a
   * dropout must know them; absent where an item is a sample.
   */
  readonly origins?: string | undefined;
  /** True for the network's input, which holds the samples of several steps. */
  readonly gathered: boolean;
  /** Where its values are letters that are looked up: it has no values then. */
  readonly letters?: LetterSource | undefined;
}

/** Number of values from one sample to the next. */
export function sampleStride({ before, positions, after, channels }: Tensor): number {
  return (before + positions + after) * channels;
}

/** Number of deltas, or offsets, from one sample to the next. */
export function deltaStride({ positions, channels }: Tensor): number {
  return positions * channels;
}

/** WGSL for the place of a sample's first row, padding counted. `sample` is WGSL too. */
export function locateSampleWgsl(tensor: Tensor, sample: string): string {
  const gatheredAt = tensor.gathered ? `step.gatheredAt + ${sample}` : sample;
  return `(model * ${tensor.samples}u + ${gatheredAt}) * ${sampleStride(tensor)}u`;
}

/** WGSL for the place of a sample's first value. */
export function locateValueWgsl(tensor: Tensor, sample: string): string {
  const { before, channels } = tensor;
  return `${locateSampleWgsl(tensor, sample)} + ${before * channels}u`;
}

/** WGSL for the place of a sample's first delta or offset. */
export function locateDeltaWgsl(tensor: Tensor, sample: string): string {
  return `(model * ${tensor.samples}u + ${sample}) * ${deltaStride(tensor)}u`;
}

/**
 * WGSL for the derivative of a tensor's activation, from its value, which has the sign of the value before the
 * activation. A kernel that writes deltas multiplies by it, so that no kernel that reads them has to.
 */
export function deriveActivationWgsl({ slope }: Tensor, value: string): string {
  return slope === 1 ? "1.0f" : `select(${formatFloatWgsl(slope)}, 1.0f, ${value} > 0.0f)`;
}
