import type { GradientRegion } from "../gradients.ts";
import {
  bindRead,
  bindWrite,
  formatFloatWgsl,
  type Kernel,
  type KernelDescription,
  makeKernel,
  type Purpose,
} from "../kernel.ts";
import { deriveActivationWgsl, locateDeltaWgsl, locateValueWgsl } from "../tensors.ts";
import {
  batchNormBlocks,
  type BatchNormShape,
  BLOCK_SAMPLES,
  CHANNELS,
} from "./batch_norm_sums.ts";
import { coverTensor, locateThreadWgsl, passDeltaWgsl } from "./elementwise.ts";

/**
 * Computes the batch's mean and variance from its blocks', merged in order (Chan et al. 1979), and the forward factors,
 * and updates the moving averages. In prediction the moving averages are taken instead. One thread has one channel.
 */
export function batchNormCombineWgsl(shape: BatchNormShape, purpose: Purpose): Kernel {
  const { name, input, momentum, epsilon } = shape;
  const { channels, positions } = input;
  const moving = `gamma + ${2 * channels}u`;
  const training = purpose === "training";
  const measured = `var mean = 0.0f;
  var deviations = 0.0f;
  var seen = 0.0f;
  for (var block = 0u; block * ${BLOCK_SAMPLES}u < ${input.count.wgsl}; block++) {
    let place = (model * ${batchNormBlocks(input)}u + block) * ${2 * channels}u + channel;
    let samples = min(${BLOCK_SAMPLES}u, ${input.count.wgsl} - block * ${BLOCK_SAMPLES}u);
    let count = f32(samples * ${positions}u);
    let apart = sums[place] - mean;
    let all = seen + count;
    mean += apart * count / all;
    deviations += sums[place + ${channels}u] + apart * apart * seen * count / all;
    seen = all;
  }
  let variance = deviations / seen;
  let movingMean = ${moving};
  let movingVariance = movingMean + ${channels}u;
  weights[movingMean] = ${formatFloatWgsl(momentum)} * weights[movingMean] + ${
    formatFloatWgsl(1 - momentum)
  } * mean;
  weights[movingVariance] = ${formatFloatWgsl(momentum)} * weights[movingVariance]
    + ${formatFloatWgsl(1 - momentum)} * variance;`;
  const remembered = `let mean = weights[${moving}];
  let variance = weights[${moving} + ${channels}u];`;
  return makeKernel({
    name: `${name} combine, ${purpose}`,
    buffers: {
      ...(training ? { sums: bindRead(`${name}.sums`) } : {}),
      weights: training ? bindWrite("weights") : bindRead("weights"),
      factors: bindWrite(`${name}.forward`),
      ...(training ? input.count.buffers : {}),
    },
    ...coverChannels(shape),
    body: `${locateChannelWgsl(shape)}
  ${training ? measured : remembered}
  let inverse = 1.0f / sqrt(variance + ${formatFloatWgsl(epsilon)});
  let a = weights[gamma] * inverse;
  let to = model * ${4 * channels}u + channel;
  factors[to] = mean;
  factors[to + ${channels}u] = inverse;
  factors[to + ${2 * channels}u] = a;
  factors[to + ${3 * channels}u] = weights[gamma + ${channels}u] - a * mean;`,
  });
}

/** Computes the gradients of γ and β, and the backward factors, from the blocks' sums. One thread has one channel. */
export function batchNormCombineDeltaWgsl(
  shape: BatchNormShape,
  region: GradientRegion,
  gradientStride: number,
): Kernel {
  const { name, input } = shape;
  const { channels, positions } = input;
  return makeKernel({
    name: `${name} combine delta`,
    buffers: {
      sums: bindRead(`${name}.sums`),
      forwardFactors: bindRead(`${name}.forward`),
      factors: bindWrite(`${name}.backward`),
      gradients: bindWrite("gradients"),
      ...input.count.buffers,
    },
    ...coverChannels(shape),
    body: `${locateChannelWgsl(shape)}
  var sumDelta = 0.0f;
  var sumProduct = 0.0f;
  for (var block = 0u; block * ${BLOCK_SAMPLES}u < ${input.count.wgsl}; block++) {
    let place = (model * ${batchNormBlocks(input)}u + block) * ${2 * channels}u + channel;
    sumDelta += sums[place];
    sumProduct += sums[place + ${channels}u];
  }
  let place = model * ${4 * channels}u + channel;
  let mean = forwardFactors[place];
  let inverse = forwardFactors[place + ${channels}u];
  let a = forwardFactors[place + ${2 * channels}u];
  let gradient = model * ${gradientStride}u + ${region.start}u + channel;
  gradients[gradient] = sumProduct * inverse;
  gradients[gradient + ${channels}u] = sumDelta;
  let count = f32(${input.count.wgsl} * ${positions}u);
  let b = -a * inverse * inverse * sumProduct / count;
  let to = model * ${3 * channels}u + channel;
  factors[to] = a;
  factors[to + ${channels}u] = b;
  factors[to + ${2 * channels}u] = -a * sumDelta / count - b * mean;`,
  });
}

function coverChannels(
  { input, models }: BatchNormShape,
): Pick<KernelDescription, "threads" | "workgroups"> {
  return { threads: CHANNELS, workgroups: [Math.ceil(input.channels / CHANNELS), 1, models] };
}

function locateChannelWgsl({ input, weights, weightStride }: BatchNormShape): string {
  return `  let channel = group.x * ${CHANNELS}u + lane;
  if (channel >= ${input.channels}u) { return; }
  let gamma = model * ${weightStride}u + ${weights}u + channel;`;
}

/** y = a · x + b. One thread has one value. */
export function batchNormForwardWgsl({ name, input, output, models }: BatchNormShape): Kernel {
  const { channels } = input;
  return makeKernel({
    name: `${name} forward`,
    buffers: {
      input: bindRead(`${input.name}.value`),
      factors: bindRead(`${name}.forward`),
      value: bindWrite(`${output.name}.value`),
      ...input.count.buffers,
    },
    ...coverTensor(output, models),
    body: `${locateThreadWgsl(output)}
  let a = model * ${4 * channels}u + ${2 * channels}u + unit % ${channels}u;
  value[${locateValueWgsl(output, "sample")} + unit] =
    factors[a] * input[${locateValueWgsl(input, "sample")} + unit] + factors[a + ${channels}u];`,
  });
}

/** ∂x = a · ∂y + b · x + c, times the derivative of the input's activation. One thread has one value. */
export function batchNormBackwardWgsl({ name, input, output, models }: BatchNormShape): Kernel {
  const { channels } = input;
  return makeKernel({
    name: `${name} input gradient`,
    buffers: {
      delta: bindRead(`${output.name}.delta`),
      value: bindRead(`${input.name}.value`),
      factors: bindRead(`${name}.backward`),
      inputDelta: bindWrite(`${input.name}.delta`),
      ...input.count.buffers,
    },
    ...coverTensor(output, models),
    body: `${locateThreadWgsl(output)}
  let a = model * ${3 * channels}u + unit % ${channels}u;
  let x = value[${locateValueWgsl(input, "sample")} + unit];
  let found = factors[a] * delta[${locateDeltaWgsl(output, "sample")} + unit]
    + factors[a + ${channels}u] * x + factors[a + ${2 * channels}u];
  inputDelta[${locateDeltaWgsl(input, "sample")} + unit] = found * ${
      deriveActivationWgsl(input, "x")
    };`,
  });
}

/** ∂x = a · ∂y, times the derivative of the input's activation: in prediction the statistics do not depend on x. */
export function batchNormScaleDeltaWgsl({ name, input, output, models }: BatchNormShape): Kernel {
  const { channels } = input;
  return passDeltaWgsl({
    name,
    input,
    output,
    models,
    factor: `factors[model * ${4 * channels}u + ${2 * channels}u + unit % ${channels}u]`,
    buffers: { factors: bindRead(`${name}.forward`) },
  });
}
