/**
 * What kernels with one thread for each value share, and WGSL of functions of a value.
 *
 * @module
 */

import { float, type Kernel, type KernelParts, makeKernel, read, write } from "../kernel.ts";
import {
  activationDerivative,
  deltaStart,
  deltaStride,
  type Tensor,
  valueStart,
} from "../tensors.ts";

const THREADS = 64;

/** Threads and workgroups of a kernel with one thread for each value of a tensor: x values, y samples, z models. */
export function grid(
  tensor: Tensor,
  models: number,
): { threads: number; workgroups: [number, number, number] } {
  const blocks = Math.ceil(deltaStride(tensor) / THREADS);
  return { threads: THREADS, workgroups: [blocks, tensor.samples, models] };
}

/** WGSL for the `sample` and `unit` of a thread of such a kernel. */
export function invocation(tensor: Tensor): string {
  return `  let sample = group.y;
  let unit = group.x * ${THREADS}u + lane;
  if (sample >= step.samples || unit >= ${deltaStride(tensor)}u) { return; }`;
}

/** What goes back through a layer that keeps its input's shape. */
export interface PassedDelta {
  readonly name: string;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly models: number;
  /** WGSL for the layer's own factor, given `sample` and `unit`; absent for 1. */
  readonly factor?: string;
  /** What that factor needs. */
  readonly buffers?: KernelParts["buffers"];
  readonly declarations?: string;
}

/** Deltas times the layer's factor and the derivative of the input's activation. One thread has one value. */
export function passDelta({ name, input, output, models, factor, ...needs }: PassedDelta): Kernel {
  const derivative = activationDerivative(input, `value[${valueStart(input, "sample")} + unit]`);
  return makeKernel({
    name: `${name} input gradient`,
    buffers: {
      delta: read(`${output.name}.delta`),
      value: read(`${input.name}.value`),
      inputDelta: write(`${input.name}.delta`),
      ...needs.buffers,
    },
    declarations: needs.declarations,
    ...grid(output, models),
    body: `${invocation(output)}
  let factor = ${factor === undefined ? "" : `${factor} * `}${derivative};
  inputDelta[${deltaStart(input, "sample")} + unit] = delta[${
      deltaStart(output, "sample")
    } + unit] * factor;`,
  });
}

/** WGSL for an activation of a value. */
export function activate(value: string, slope: number): string {
  return slope === 1 ? value : `select(${float(slope)} * ${value}, ${value}, ${value} > 0.0f)`;
}

/** WGSL for log(1 + x), by its series where the sum would lose x. */
export const LOG1P_WGSL =
  "select(log(1.0f + x), x * (1.0f - x * (0.5f - x / 3.0f)), abs(x) < 0.01f)";
