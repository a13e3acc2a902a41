import type { Conv1dLayer } from "../../model/spec.ts";
import { convPadding } from "../../model/shapes.ts";
import type { GroupOf, LayerGroup } from "../layer_groups.ts";
import { blockSamples } from "./gradients.ts";
import type { GroupContext, GroupKernels } from "./group_types.ts";
import type { Kernel } from "./kernel.ts";
import { planLetters } from "./letter_kernels.ts";
import {
  activationBackwardWgsl,
  activationForwardWgsl,
  type ActivationShape,
  geluBackwardWgsl,
  geluForwardWgsl,
} from "./ops/activation.ts";
import {
  batchNormBackwardWgsl,
  batchNormCombineDeltaWgsl,
  batchNormCombineWgsl,
  batchNormForwardWgsl,
  batchNormScaleDeltaWgsl,
} from "./ops/batch_norm.ts";
import {
  batchNormMeasureDeltaWgsl,
  batchNormMeasureWgsl,
  type BatchNormShape,
} from "./ops/batch_norm_sums.ts";
import { convBackwardWgsl, convForwardWgsl, type ConvShape } from "./ops/conv.ts";
import { convBackwardLanesWgsl, convForwardLanesWgsl, turnedWeights } from "./ops/conv_lanes.ts";
import { denseBackwardWgsl, denseForwardWgsl, type DenseShape } from "./ops/dense.ts";
import { dropoutBackwardWgsl, dropoutForwardWgsl, type DropoutShape } from "./ops/dropout.ts";
import {
  type KernelGradientShape,
  kernelGradientWorkgroups,
  sumKernelGradientWgsl,
} from "./ops/kernel_gradient.ts";
import {
  kernelGradientLaneWorkgroups,
  sumKernelGradientLanesWgsl,
} from "./ops/kernel_gradient_lanes.ts";
import { passDeltaWgsl } from "./ops/elementwise.ts";
import { poolBackwardWgsl, poolForwardWgsl, type PoolShape } from "./ops/pool.ts";
import {
  addPartsWgsl,
  isWide,
  nameOfPartial,
  partialSize,
  sumPartsWgsl,
} from "./ops/wide_dense.ts";
import { planRecurrent } from "./recurrent_kernels.ts";

/** Makes the kernels of a group; a flattening has none. */
export function planGroup(group: LayerGroup, context: GroupContext): GroupKernels {
  switch (group.kind) {
    case "conv":
      return planConv(group, context);
    case "linear":
      return planLinear(group, context);
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
    case "gelu":
      return planGelu(group, context);
    case "flatten":
      return { forward: [], prediction: [], backward: () => [], predictionBackward: [] };
    case "bidirectionalGru":
    case "lstm":
      return planRecurrent(group, context);
  }
}

/** The kernels of a group that does the same in training and in prediction. */
function planAlike({ forward, backward, gradient }: {
  readonly forward: readonly Kernel[];
  /** Computes the deltas of the input, where those are wanted. */
  readonly backward: Kernel | readonly Kernel[] | undefined;
  /** Computes the gradients of the weights. */
  readonly gradient?: (gradientStride: number) => Kernel;
}): GroupKernels {
  const below = backward === undefined ? [] : [backward].flat();
  return {
    forward,
    prediction: forward,
    backward: (gradientStride) =>
      gradient === undefined ? below : [...below, gradient(gradientStride)],
    predictionBackward: below,
  };
}

/** A convolution as its kernels see it; a linear layer is one of width 1. */
type ConvOptions = Pick<Conv1dLayer, "width" | "dilation" | "padding" | "filters">;

function planConv(group: GroupOf<"conv">, context: GroupContext): GroupKernels {
  const { input: { letters } } = context;
  if (letters !== undefined) return planLetters(group, letters, context);
  return planWindows(group.layer, { ...group.spec, pool: group.pool }, context);
}

function planLinear({ layer, spec: { units } }: GroupOf<"linear">, context: GroupContext) {
  const spec = { filters: units, width: 1, dilation: 1, padding: "valid" } as const;
  return planWindows(layer, { ...spec, pool: undefined }, context);
}

function planWindows(
  layer: number,
  { pool, ...spec }: ConvOptions & { readonly pool: number | undefined },
  context: GroupContext,
): GroupKernels {
  const { input, output, weights, options: { limits, models } } = context;
  const { left, right } = convPadding({ ...spec, type: "conv1d" });
  const shape: ConvShape = {
    name: `conv${layer}`,
    input,
    output,
    taps: spec.width,
    dilation: spec.dilation,
    left,
    pool,
    models,
    kernel: weights.kernels.get(layer)!,
    weightStride: weights.size,
    positions: input.positions + left + right - (spec.width - 1) * spec.dilation,
  };
  const gradient = planKernelGradient({ ...shape, pooled: pool !== undefined }, context);
  const inLanes = planInLanes(shape, context, gradient);
  return inLanes ?? planAlike({
    forward: [convForwardWgsl(shape, limits)],
    backward: input.hasDelta ? convBackwardWgsl(shape, limits) : undefined,
    gradient,
  });
}

/** The kernels of a convolution on an adapter on a processor; `undefined` on others, and where its taps are too many. */
function planInLanes(
  shape: ConvShape,
  { options: { limits: { lanes } }, reserve }: GroupContext,
  gradient: (gradientStride: number) => Kernel,
): GroupKernels | undefined {
  if (lanes === undefined) return undefined;
  const forward = convForwardLanesWgsl(shape, lanes);
  const backward = shape.input.hasDelta ? convBackwardLanesWgsl(shape, lanes) : [];
  if (forward === undefined || backward === undefined) return undefined;
  const { size, buffer } = turnedWeights(shape);
  if (shape.input.hasDelta) reserve(buffer, size);
  return planAlike({ forward: [forward], backward, gradient });
}

function planDense(group: GroupOf<"dense">, context: GroupContext): GroupKernels {
  const { input, output, weights, options: { limits, models } } = context;
  const shape: DenseShape = {
    name: `dense${group.layer}`,
    input,
    output,
    models,
    kernel: weights.kernels.get(group.layer)!,
    weightStride: weights.size,
  };
  const window = { taps: 1, dilation: 1, left: 0, pooled: false, pool: undefined, positions: 1 };
  const gradient = planKernelGradient({ ...shape, ...window }, context);
  const wide = isWide(shape) ? planWideDense(shape, context) : undefined;
  const inLanes = planInLanes({ ...shape, ...window }, context, gradient);
  if (inLanes !== undefined) return { ...inLanes, ...wide && { forward: wide, prediction: wide } };
  return planAlike({
    forward: wide ?? [denseForwardWgsl(shape, limits)],
    backward: input.hasDelta ? denseBackwardWgsl(shape, limits) : undefined,
    gradient,
  });
}

/** A dense layer of so many inputs that its sums are divided. */
function planWideDense(shape: DenseShape, { reserve }: GroupContext): Kernel[] {
  reserve(nameOfPartial(shape.name), partialSize(shape));
  return [sumPartsWgsl(shape), addPartsWgsl(shape)];
}

function planKernelGradient(
  shape: KernelGradientShape,
  { gradients, output: { samples }, options: { limits: { lanes } } }: GroupContext,
): (gradientStride: number) => Kernel {
  const { start, size } = shape.kernel;
  const workgroups = lanes === undefined
    ? kernelGradientWorkgroups(shape)
    : kernelGradientLaneWorkgroups(shape, lanes);
  const region = gradients.take(start, size, {
    samples,
    blockSamples: blockSamples(samples, workgroups, lanes),
  });
  return (gradientStride) =>
    lanes === undefined
      ? sumKernelGradientWgsl(shape, region, gradientStride)
      : sumKernelGradientLanesWgsl(shape, { region, gradientStride, lanes });
}

function planBatchNorm(group: GroupOf<"batchNorm">, context: GroupContext): GroupKernels {
  const { input, output, weights, gradients, options: { models } } = context;
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
  const { samples } = output;
  const region = gradients.take(gamma, 2 * input.channels, { samples, blockSamples: samples });
  return {
    forward: [batchNormMeasureWgsl(shape), batchNormCombineWgsl(shape, "training"), forward],
    prediction: [batchNormCombineWgsl(shape, "prediction"), forward],
    backward: (gradientStride) => [
      batchNormMeasureDeltaWgsl(shape),
      batchNormCombineDeltaWgsl(shape, region, gradientStride),
      ...(input.hasDelta ? [batchNormBackwardWgsl(shape)] : []),
    ],
    predictionBackward: input.hasDelta ? [batchNormScaleDeltaWgsl(shape)] : [],
  };
}

function planPool(group: GroupOf<"pool">, { input, output, options }: GroupContext): GroupKernels {
  const { models } = options;
  const shape: PoolShape = {
    name: `pool${group.layer}`,
    input,
    output,
    size: group.size,
    models,
  };
  const backward = input.hasDelta ? poolBackwardWgsl(shape) : undefined;
  return planAlike({ forward: [poolForwardWgsl(shape)], backward });
}

function planDropout(group: GroupOf<"dropout">, context: GroupContext): GroupKernels {
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
    backward: () => input.hasDelta ? [dropoutBackwardWgsl(shape)] : [],
    predictionBackward: input.hasDelta ? [passDeltaWgsl(shape)] : [],
  };
}

function planActivation(group: GroupOf<"activation">, context: GroupContext): GroupKernels {
  const { input, output, options: { models } } = context;
  const shape: ActivationShape = { name: `activation${group.layer}`, input, output, models };
  const backward = input.hasDelta ? activationBackwardWgsl(shape) : undefined;
  return planAlike({ forward: [activationForwardWgsl(shape)], backward });
}

function planGelu(group: GroupOf<"gelu">, context: GroupContext): GroupKernels {
  const { input, output, options: { models } } = context;
  const shape: ActivationShape = { name: `gelu${group.layer}`, input, output, models };
  const backward = input.hasDelta ? geluBackwardWgsl(shape) : undefined;
  return planAlike({ forward: [geluForwardWgsl(shape)], backward });
}
