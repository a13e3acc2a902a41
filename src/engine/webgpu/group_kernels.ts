import { UnsupportedModelError } from "../../errors.ts";
import { convPadding } from "../../model/shapes.ts";
import type { LayerGroup } from "../layer_groups.ts";
import { blockSamples, type GradientLayout } from "./gradients.ts";
import type { Kernel } from "./kernel.ts";
import {
  activationBackwardWgsl,
  activationForwardWgsl,
  type ActivationShape,
} from "./ops/activation.ts";
import {
  batchNormBackwardWgsl,
  batchNormCombineDeltaWgsl,
  batchNormCombineWgsl,
  batchNormForwardWgsl,
  batchNormMeasureDeltaWgsl,
  batchNormMeasureWgsl,
  type BatchNormShape,
} from "./ops/batch_norm.ts";
import { convBackwardWgsl, convForwardWgsl, type ConvShape } from "./ops/conv.ts";
import { denseBackwardWgsl, denseForwardWgsl, type DenseShape } from "./ops/dense.ts";
import { dropoutBackwardWgsl, dropoutForwardWgsl, type DropoutShape } from "./ops/dropout.ts";
import {
  type KernelGradientShape,
  kernelGradientWorkgroups,
  sumKernelGradientWgsl,
} from "./ops/kernel_gradient.ts";
import { poolBackwardWgsl, poolForwardWgsl, type PoolShape } from "./ops/pool.ts";
import type { PlanOptions } from "./plan_types.ts";
import type { Tensor } from "./tensors.ts";
import type { WeightLayout } from "./weight_layout.ts";

/** What a group's kernels are made from, beside the group. */
export interface GroupContext {
  readonly options: PlanOptions;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly weights: WeightLayout;
  readonly gradients: GradientLayout;
  /** Index in `spec.layers` of each dropout, in the order of the keys. */
  readonly dropouts: readonly number[];
}

/** The kernels that compute a group of layers. */
export interface GroupKernels {
  /** Of the forward pass in training, and in prediction. */
  readonly forward: readonly Kernel[];
  readonly prediction: readonly Kernel[];
  /** Of the backward pass: made when the size of all gradients is known. */
  readonly backward: (gradientStride: number) => readonly Kernel[];
}

type Group<Kind extends LayerGroup["kind"]> = LayerGroup & { readonly kind: Kind };

/** Makes the kernels of a group; a flattening has none. */
export function planGroup(group: LayerGroup, context: GroupContext): GroupKernels {
  switch (group.kind) {
    case "conv":
      return planConv(group, context);
    case "dense":
      return planDense(group, context);
    case "batchNorm":
      return planBatchNorm(group, context);
    case "pool":
      return planPool(group, context);
    case "dropout":
      return planDropout(group, context);
    case "activation":
      return planActivation(group, context);
    case "flatten":
      return { forward: [], prediction: [], backward: () => [] };
    case "bidirectionalGru":
      throw new UnsupportedModelError(`Cannot plan layers[${group.layer}]: it is recurrent`);
  }
}

/** Those of a group that does the same in training and in prediction. */
function sameInBoth(forward: Kernel, backward: GroupKernels["backward"]): GroupKernels {
  return { forward: [forward], prediction: [forward], backward };
}

/** Kernels that only a network with something to learn below wants. */
function below(input: Tensor, make: () => Kernel): Kernel[] {
  return input.hasDelta ? [make()] : [];
}

function planConv(group: Group<"conv">, context: GroupContext): GroupKernels {
  const { input, output, weights, options: { limits, models } } = context;
  const { spec, pool } = group;
  const { left, right } = convPadding(spec);
  const shape: ConvShape = {
    name: `conv${group.layer}`,
    input,
    output,
    taps: spec.width,
    dilation: spec.dilation,
    left,
    pool,
    models,
    kernel: weights.kernels.get(group.layer)!,
    weightStride: weights.size,
    positions: input.positions + left + right - (spec.width - 1) * spec.dilation,
  };
  const gradient = planKernelGradient({ ...shape, pooled: pool !== undefined }, context);
  return sameInBoth(convForwardWgsl(shape, limits), (gradientStride) => [
    ...below(input, () => convBackwardWgsl(shape, limits)),
    gradient(gradientStride),
  ]);
}

function planDense(group: Group<"dense">, context: GroupContext): GroupKernels {
  const { input, output, weights, options: { limits, models } } = context;
  const shape: DenseShape = {
    name: `dense${group.layer}`,
    input,
    output,
    models,
    kernel: weights.kernels.get(group.layer)!,
    weightStride: weights.size,
  };
  const gradient = planKernelGradient(
    { ...shape, taps: 1, dilation: 1, left: 0, pooled: false },
    context,
  );
  return sameInBoth(denseForwardWgsl(shape, limits), (gradientStride) => [
    ...below(input, () => denseBackwardWgsl(shape, limits)),
    gradient(gradientStride),
  ]);
}

function planKernelGradient(
  shape: KernelGradientShape,
  { options: { samples }, gradients }: GroupContext,
): (gradientStride: number) => Kernel {
  const { start, size } = shape.kernel;
  const region = gradients.take(start, size, {
    samples,
    blockSamples: blockSamples(samples, kernelGradientWorkgroups(shape)),
  });
  return (gradientStride) => sumKernelGradientWgsl(shape, region, gradientStride);
}

function planBatchNorm(group: Group<"batchNorm">, context: GroupContext): GroupKernels {
  const { input, output, weights, gradients, options: { models, samples } } = context;
  const { momentum, epsilon } = group.spec;
  const gamma = weights.norms.get(group.layer)!;
  const shape: BatchNormShape = {
    name: `batchNorm${group.layer}`,
    input,
    output,
    momentum,
    epsilon,
    weights: gamma,
    weightStride: weights.size,
    models,
  };
  const forward = batchNormForwardWgsl(shape);
  const region = gradients.take(gamma, 2 * input.channels, { samples, blockSamples: samples });
  return {
    forward: [batchNormMeasureWgsl(shape), batchNormCombineWgsl(shape, "training"), forward],
    prediction: [batchNormCombineWgsl(shape, "prediction"), forward],
    backward: (gradientStride) => [
      batchNormMeasureDeltaWgsl(shape),
      batchNormCombineDeltaWgsl(shape, region, gradientStride),
      ...below(input, () => batchNormBackwardWgsl(shape)),
    ],
  };
}

function planPool(group: Group<"pool">, { input, output, options }: GroupContext): GroupKernels {
  const { models } = options;
  const shape: PoolShape = {
    name: `pool${group.layer}`,
    input,
    output,
    size: group.size,
    models,
  };
  return sameInBoth(poolForwardWgsl(shape), () => below(input, () => poolBackwardWgsl(shape)));
}

function planDropout(group: Group<"dropout">, context: GroupContext): GroupKernels {
  const { input, output, dropouts, options: { models } } = context;
  const shape: DropoutShape = {
    name: `dropout${group.layer}`,
    input,
    output,
    rate: group.spec.rate,
    models,
    key: dropouts.indexOf(group.layer),
    keys: dropouts.length,
  };
  return {
    forward: [dropoutForwardWgsl(shape, "training")],
    prediction: [dropoutForwardWgsl(shape, "prediction")],
    backward: () => below(input, () => dropoutBackwardWgsl(shape)),
  };
}

function planActivation(group: Group<"activation">, context: GroupContext): GroupKernels {
  const { input, output, options: { models } } = context;
  const shape: ActivationShape = { name: `activation${group.layer}`, input, output, models };
  return sameInBoth(
    activationForwardWgsl(shape),
    () => below(input, () => activationBackwardWgsl(shape)),
  );
}
