/**
 * What the kernels of a group of layers are made in, and what they are.
 *
 * @module
 */

import type { GradientLayout } from "./gradients.ts";
import type { Kernel } from "./kernel.ts";
import type { PlanOptions } from "./plan_types.ts";
import type { Tensor } from "./tensors.ts";
import type { WeightLayout } from "./weight_layout.ts";

/** The context that a group's kernels are made in. */
export interface GroupContext {
  readonly options: PlanOptions;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly weights: WeightLayout;
  readonly gradients: GradientLayout;
  /** Number of each dropout's layer, in the order of the keys. */
  readonly dropouts: readonly number[];
  /** Requests a buffer of some 32-bit values for each model. */
  readonly reserve: (name: string, valuesOfModel: number) => void;
}

/** The kernels that compute a group of layers. */
export interface GroupKernels {
  /** The forward pass in training, and in prediction. */
  readonly forward: readonly Kernel[];
  readonly prediction: readonly Kernel[];
  /** The backward pass in training: made when the size of all gradients is known. */
  readonly backward: (gradientStride: number) => readonly Kernel[];
  /** The backward pass of a prediction, down to its input: without dropout and without the weights' gradients. */
  readonly predictionBackward: readonly Kernel[];
}
