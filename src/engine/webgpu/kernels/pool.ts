import { type Kernel, makeKernel, read, write } from "../kernel.ts";
import { activationDerivative, deltaStart, type Tensor, valueStart } from "../tensors.ts";
import { grid, invocation } from "./elementwise.ts";

/** A pooling that no convolution takes in. */
export interface PoolShape {
  readonly name: string;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly size: number;
  readonly models: number;
}

/** Maxima of windows of positions, and the position of each, the first of equals. One thread has one window. */
export function poolForward({ name, input, output, size, models }: PoolShape): Kernel {
  const { channels } = output;
  return makeKernel({
    name: `${name} forward`,
    buffers: {
      input: read(`${input.name}.value`),
      value: write(`${output.name}.value`),
      offsets: write(`${output.name}.offset`, "u32"),
    },
    ...grid(output, models),
    body: `${invocation(output)}
  let first = unit / ${channels}u * ${size}u;
  let inputs = ${valueStart(input, "sample")} + unit % ${channels}u;
  var best = input[inputs + first * ${channels}u];
  var at = first;
  for (var position = first + 1u; position < first + ${size}u; position++) {
    let x = input[inputs + position * ${channels}u];
    if (x > best) { best = x; at = position; }
  }
  value[${valueStart(output, "sample")} + unit] = best;
  offsets[${deltaStart(output, "sample")} + unit] = at;`,
  });
}

/** A position has its window's delta if it was the maximum. One thread has one position of the input. */
export function poolInputGradient({ name, input, output, size, models }: PoolShape): Kernel {
  const { channels } = output;
  return makeKernel({
    name: `${name} input gradient`,
    buffers: {
      delta: read(`${output.name}.delta`),
      offsets: read(`${output.name}.offset`, "u32"),
      value: read(`${input.name}.value`),
      inputDelta: write(`${input.name}.delta`),
    },
    ...grid(input, models),
    body: `${invocation(input)}
  let position = unit / ${channels}u;
  let window = position / ${size}u;
  let place = ${deltaStart(output, "sample")} + window * ${channels}u + unit % ${channels}u;
  var found = 0.0f;
  if (window < ${output.positions}u && offsets[place] == position) { found = delta[place]; }
  let factor = ${activationDerivative(input, `value[${valueStart(input, "sample")} + unit]`)};
  inputDelta[${deltaStart(input, "sample")} + unit] = found * factor;`,
  });
}
