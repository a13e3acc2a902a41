/**
 * Where everything is in the engine's one shared memory. All of it is plain data, so that it can be sent to
 * workers.
 *
 * @module
 */

/** Values of one place in the network for each sample of a batch. Strides and sizes are in bytes. */
export interface Tensor {
  /** First row of the first sample. */
  readonly address: number;
  /** The loss's derivatives, laid out likewise; absent for the network's input. */
  readonly delta: number | undefined;
  /** From one sample to the next. */
  readonly slot: number;
  /** Rows of zeros before the first row, which padded convolutions read. */
  readonly before: number;
  readonly rows: number;
  /** From one row to the next; whole vectors but for the input of a convolution. */
  readonly stride: number;
  /** Values of a row that count; flattened rows have gaps. */
  readonly channels: number;
  /** A run of values without gaps, and how many float32 it takes with its padding. */
  readonly run: { readonly count: number; readonly padded: number };
}

/** A trained weight, and the arrays of the same shape that training keeps for it. */
export interface Parameter {
  readonly weight: number;
  readonly gradient: number;
  readonly first: number;
  readonly second: number;
  readonly bytes: number;
}

/** Rounds up to whole vectors of 16 bytes, or whole units of another size. */
export function roundUp(size: number, unit = 16): number {
  return Math.ceil(size / unit) * unit;
}

/** Gives out addresses, each at a cache line so that threads do not share one by accident. */
export class Allocator {
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

  /** A weight with its gradient and moments. */
  parameter(bytes: number): Parameter {
    const [weight, gradient, first, second] = [0, 0, 0, 0].map(() => this.take(bytes));
    return { weight, gradient, first, second, bytes };
  }
}

/** Number of float32 that a sample takes at one place, gaps counted. */
export function countValues({ rows, stride }: Pick<Tensor, "rows" | "stride">): number {
  return rows * stride / 4;
}

/** Place of a row's value in float32, gaps counted. */
export function paddedIndex({ run }: Pick<Tensor, "run">, channel: number): number {
  return Math.floor(channel / run.count) * run.padded + channel % run.count;
}
