import { bindRead, bindWrite, type Kernel, makeKernel } from "../kernel.ts";
import { deriveActivationWgsl, locateDeltaWgsl, locateValueWgsl, type Tensor } from "../tensors.ts";
import { coverTensor, exceedsWgsl, locateThreadWgsl } from "./elementwise.ts";

/** A pooling that is not fused into a convolution. */
export interface PoolShape {
  readonly name: string;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly size: number;
  readonly models: number;
}

/**
 * Finds the maximum of each window of positions and its position, the first of equal values. One thread has one window.
 */
export function poolForwardWgsl({ name, input, output, size, models }: PoolShape): Kernel {
  const { channels } = output;
  return makeKernel({
    name: `${name} forward`,
    buffers: {
      input: bindRead(`${input.name}.value`),
      value: bindWrite(`${output.name}.value`),
      offsets: bindWrite(`${output.name}.offset`, "u32"),
      ...output.count.buffers,
    },
    ...coverTensor(output, models),
    body: `${locateThreadWgsl(output)}
  let first = unit / ${channels}u * ${size}u;
  let inputs = ${locateValueWgsl(input, "sample")} + unit % ${channels}u;
  var best = input[inputs + first * ${channels}u];
  var at = first;
  for (var position = first + 1u; position < first + ${size}u; position++) {
    let x = input[inputs + position * ${channels}u];
    if ${exceedsWgsl("x", "best")} { best = x; at = position; }
  }
  value[${locateValueWgsl(output, "sample")} + unit] = best;
  offsets[${locateDeltaWgsl(output, "sample")} + unit] = at;`,
  });
}

/** A position has its window's delta if it was the maximum. One thread has one position of the input. */
export function poolBackwardWgsl({ name, input, output, size, models }: PoolShape): Kernel {
  const { channels } = output;
  return makeKernel({
    name: `${name} input gradient`,
    buffers: {
      delta: bindRead(`${output.name}.delta`),
      offsets: bindRead(`${output.name}.offset`, "u32"),
      value: bindRead(`${input.name}.value`),
      inputDelta: bindWrite(`${input.name}.delta`),
      ...input.count.buffers,
    },
    ...coverTensor(input, models),
    body: `${locateThreadWgsl(input)}
  let position = unit / ${channels}u;
  let window = position / ${size}u;
  let place = ${locateDeltaWgsl(output, "sample")} + window * ${channels}u + unit % ${channels}u;
  var found = 0.0f;
  if (window < ${output.positions}u && offsets[place] == position) { found = delta[place]; }
  let factor = ${deriveActivationWgsl(input, `value[${locateValueWgsl(input, "sample")} + unit]`)};
  inputDelta[${locateDeltaWgsl(input, "sample")} + unit] = found * factor;`,
  });
}
