/**
 * Where the gradients of the weights lie before they are added up.
 *
 * A gradient is a sum over samples. Each block of consecutive samples is summed by a workgroup of its own; then the
 * update adds up the blocks in their order. So no sum depends on timing, and equal runs give equal bits.
 *
 * @module
 */

/** The blocks that consecutive weights of a model have their gradients in. */
export interface GradientRegion {
  /** First of the weights, among a model's. */
  readonly weights: number;
  /** How many. */
  readonly size: number;
  /** Number of blocks, one behind the other. */
  readonly blocks: number;
  /** Samples of a block. */
  readonly blockSamples: number;
  /** Place of the first block among a model's. */
  readonly start: number;
}

/** Workgroups that keep a large GPU busy. */
const ENOUGH_WORKGROUPS = 256;
/** Fewer samples than this are not worth a block, which must be written and read again. */
const LEAST_BLOCK_SAMPLES = 8;

/** How many samples a block has, for a kernel that runs as `workgroups` for each. A function of the shape alone. */
export function blockSamples(samples: number, workgroups: number): number {
  const wanted = Math.ceil(ENOUGH_WORKGROUPS / workgroups);
  return Math.min(samples, Math.max(LEAST_BLOCK_SAMPLES, Math.ceil(samples / wanted)));
}

/** Gives out regions. */
export class GradientLayout {
  readonly #regions: GradientRegion[] = [];
  #size = 0;

  /** A region for the gradients of some weights, of a batch of so many samples. */
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
