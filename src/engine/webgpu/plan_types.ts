/**
 * What a plan is made for, and what is in it. All of it is plain data.
 *
 * @module
 */

import type { WorkgroupLimits } from "./gemm.ts";
import type { Kernel } from "./kernel.ts";
import type { Tensor } from "./tensors.ts";
import type { WeightLayout } from "./weight_layout.ts";

/** What a plan is made for. */
export interface PlanOptions {
  /** Models side by side. */
  readonly models: number;
  /** Samples of a batch. */
  readonly samples: number;
  /** Samples gathered at once, a multiple of a batch. */
  readonly gathered: number;
  readonly limits: WorkgroupLimits;
}

/** All that the GPU needs to know. */
export interface Plan {
  readonly options: PlanOptions;
  readonly input: Tensor;
  /** Where the weights are, and so the moments. */
  readonly weights: WeightLayout;
  /** Index in `spec.layers` of each dropout, in the order of the keys. */
  readonly dropouts: readonly number[];
  /** Number of 32-bit values of each buffer, for all models. */
  readonly buffers: Readonly<Record<string, number>>;
  /** The kernels of a training step, in order. */
  readonly training: readonly Kernel[];
  /** Those of a prediction. */
  readonly prediction: readonly Kernel[];
}
