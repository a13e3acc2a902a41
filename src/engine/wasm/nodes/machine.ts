import type { Parameter } from "../layout.ts";

/** The kernels of a plan, by name; parameters are addresses, counts, and a few factors. */
export type Kernels = Readonly<Record<string, (...parameters: number[]) => void>>;

/** What a thread computes with. */
export interface Machine {
  readonly kernels: Kernels;
  /** The whole shared memory as float32. */
  readonly floats: Float32Array;
  /** This thread's own scratch memory. */
  readonly scratch: number;
}

/** Consecutive samples of a batch: the part a task works on. */
export interface Part {
  /** Number of the part. */
  readonly index: number;
  /** First sample's place in the batch. */
  readonly start: number;
  readonly count: number;
}

/** What a step of Adam needs beside the gradient. */
export interface AdamStep {
  /** Learning rate times the correction of the first moment. */
  readonly rate: number;
  /** Correction of the second moment. */
  readonly correction: number;
}

/** A task of the update: some rows, of a batch summed in so many parts, or of so many samples. */
export interface Update {
  readonly firstRow: number;
  readonly rows: number;
  readonly samples: number;
  readonly parts: number;
  readonly adam: AdamStep;
}

/** One step of Adam on part of a weight. */
export function applyAdam(
  { kernels }: Machine,
  { weight, gradient, first, second }: Parameter,
  { offset, bytes, adam }: { offset: number; bytes: number; adam: AdamStep },
): void {
  const addresses = [weight, gradient, first, second].map((address) => address + offset);
  kernels.adam(...addresses, bytes / 16, adam.rate, adam.correction);
}
