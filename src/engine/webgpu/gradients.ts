/**
 * The places of the weights' gradients before they are added up.
 *
 * A gradient is a sum over samples. Each block of consecutive samples has a workgroup that sums it; then Adam's kernel
 * adds up the blocks in their order. So no sum depends on timing, and equal runs give equal bits.
 *
 * @module
 */

/** The blocks that hold the gradients of consecutive weights of a model. */
export interface GradientRegion {
  /** Place of the first of the weights, among a model's. */
  readonly weights: number;
  /** Number of the weights. */
  readonly size: number;
  /** Number of blocks, stored in sequence. */
  readonly blocks: number;
  /** Samples of a block. */
  readonly blockSamples: number;
  /** Place of the first block among a model's. */
  readonly start: number;
}

/** Workgroups that keep a large GPU busy. */
const ENOUGH_WORKGROUPS = 256;
/** The same of a processor. */
const ENOUGH_VECTORS = 32;
/** With fewer samples than this, a block costs more than it saves, since it is written and read again. */
const LEAST_BLOCK_SAMPLES = 8;

/**
 * Number of samples of a block, for a kernel with `workgroups` for each block. A function of the shape, and of whether
 * workgroups are vectors of `lanes` on a processor, alone.
 */
export function blockSamples(samples: number, workgroups: number, lanes?: number): number {
  const enough = lanes === undefined ? ENOUGH_WORKGROUPS : ENOUGH_VECTORS;
  const wanted = Math.ceil(enough / workgroups);
  return Math.min(samples, Math.max(LEAST_BLOCK_SAMPLES, Math.ceil(samples / wanted)));
}

/** Assigns regions. */
export class GradientLayout {
  readonly #regions: GradientRegion[] = [];
  #size = 0;

  /** Takes a region for the gradients of some weights in a batch of `samples`. */
  take(weights: number, size: number, { samples, blockSamples }: {
    readonly samples: number;
    readonly blockSamples: number;
  }): GradientRegion {
    const blocks = Math.ceil(samples / blockSamples);
    const region = { weights, size, blocks, blockSamples, start: this.#size };
    this.#regions.push(region);
    this.#size += size * blocks;
    return region;
  }

  /** All regions, in the order of their weights. */
  get regions(): GradientRegion[] {
    return this.#regions.toSorted((a, b) => a.weights - b.weights);
  }

  /** Values of a model. */
  get size(): number {
    return this.#size;
  }
}
