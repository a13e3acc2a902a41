/**
 * The options of a plan and the plan itself. All of it is plain data.
 *
 * @module
 */

import type { EntryLayout } from "./entries.ts";
import type { WorkgroupLimits } from "./tiling.ts";
import type { GraphPurpose, Kernel } from "./kernel.ts";
import type { Tensor } from "./tensors.ts";
import type { WeightLayout } from "./weight_layout.ts";

/** Options of `planModel`. */
export interface PlanOptions {
  /** Models side by side. */
  readonly models: number;
  /** Samples of a batch. */
  readonly samples: number;
  /** Samples gathered together, a multiple of `samples`. */
  readonly gathered: number;
  readonly limits: WorkgroupLimits;
  /**
   * Whether some weights are frozen or decay, which marks then say.
   *
   * @default {false}
   */
  readonly marked?: boolean | undefined;
}

/** Everything that the GPU needs for one model shape. */
export interface Plan {
  readonly options: PlanOptions;
  readonly input: Tensor;
  /** The places of the weights, and so of the moments. */
  readonly weights: WeightLayout;
  /** Number of each dropout's layer, in the order of the keys. */
  readonly dropouts: readonly number[];
  /** Number of 32-bit values of each buffer, for all models. */
  readonly buffers: Readonly<Record<string, number>>;
  /** The kernels of a training step, in order. */
  readonly training: readonly Kernel[];
  /** The kernels of a prediction, in order. */
  readonly prediction: readonly Kernel[];
}

/** Everything that the GPU needs for one purpose of a model with branches. */
export interface GraphPlan extends Pick<Plan, "options" | "weights" | "dropouts" | "buffers"> {
  readonly purpose: GraphPurpose;
  /** The kernels of a step, in order. */
  readonly kernels: readonly Kernel[];
  /** The entries of a batch. */
  readonly layout: EntryLayout;
  /** What each encoder reads. */
  readonly inputs: readonly Tensor[];
}
