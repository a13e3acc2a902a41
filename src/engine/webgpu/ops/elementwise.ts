/**
 * The shared parts of kernels with one thread for each value, and WGSL of functions of a value.
 *
 * @module
 */

import {
  bindRead,
  bindWrite,
  formatFloatWgsl,
  type Kernel,
  type KernelDescription,
  makeKernel,
} from "../kernel.ts";
import {
  deltaStride,
  deriveActivationWgsl,
  locateDeltaWgsl,
  locateValueWgsl,
  type Tensor,
} from "../tensors.ts";

const THREADS = 64;

/** Threads and workgroups of a kernel with one thread for each value of a tensor: x values, y samples, z models. */
export function coverTensor(
  tensor: Tensor,
  models: number,
): { threads: number; workgroups: [number, number, number] } {
  const blocks = Math.ceil(deltaStride(tensor) / THREADS);
  return { threads: THREADS, workgroups: [blocks, tensor.samples, models] };
}

/** WGSL for the `sample` and `unit` of a thread of such a kernel. */
export function locateThreadWgsl(tensor: Tensor): string {
  return `  let sample = group.y;
  let unit = group.x * ${THREADS}u + lane;
  if (sample >= ${tensor.count.wgsl} || unit >= ${deltaStride(tensor)}u) { return; }`;
}

/** The backward pass of a layer that keeps its input's shape. */
export interface PassedDelta {
  readonly name: string;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly models: number;
  /** WGSL for the layer's own factor, given `sample` and `unit`; absent for 1. */
  readonly factor?: string;
  /** Buffers that the factor reads, and functions that it calls. */
  readonly buffers?: KernelDescription["buffers"];
  readonly declarations?: string | undefined;
}

/** Deltas times the layer's factor and the derivative of the input's activation. One thread has one value. */
export function passDeltaWgsl(
  { name, input, output, models, factor, ...needs }: PassedDelta,
): Kernel {
  const derivative = deriveActivationWgsl(
    input,
    `value[${locateValueWgsl(input, "sample")} + unit]`,
  );
  return makeKernel({
    name: `${name} input gradient`,
    buffers: {
      delta: bindRead(`${output.name}.delta`),
      value: bindRead(`${input.name}.value`),
      inputDelta: bindWrite(`${input.name}.delta`),
      ...needs.buffers,
      ...output.count.buffers,
    },
    declarations: needs.declarations,
    ...coverTensor(output, models),
    body: `${locateThreadWgsl(output)}
  let factor = ${factor === undefined ? "" : `${factor} * `}${derivative};
  inputDelta[${locateDeltaWgsl(input, "sample")} + unit] = delta[${
      locateDeltaWgsl(output, "sample")
    } + unit] * factor;`,
  });
}

/**
 * WGSL for an activation of a value. A ReLU tests the bits: drivers make a maximum of a comparison with zero, and
 * theirs of zero and what is not a number is zero.
 */
export function activateWgsl(value: string, slope: number): string {
  if (slope === 1) return value;
  return slope === 0
    ? `select(${value}, 0.0f, bitcast<u32>(${value}) - 0x80000000u <= 0x7f800000u)`
    : `select(${formatFloatWgsl(slope)} * ${value}, ${value}, ${value} > 0.0f)`;
}

/** The same of four values. */
export function activateFourWgsl(values: string, slope: number): string {
  if (slope === 1) return values;
  return slope === 0
    ? `select(${values}, vec4f(), bitcast<vec4u>(${values}) - 0x80000000u <= vec4u(0x7f800000u))`
    : `select(${formatFloatWgsl(slope)} * ${values}, ${values}, ${values} > vec4f())`;
}

/**
 * WGSL for whether a value takes the place of the largest so far: the first of equal ones stays, and so does what is
 * not a number, which no maximum may hide.
 */
export function exceedsWgsl(value: string, best: string): string {
  return `(${value} > ${best} || (bitcast<u32>(${value}) & 0x7fffffffu) > 0x7f800000u)`;
}

/** The same of four values. */
export function exceedsFourWgsl(values: string, best: string): string {
  return `((${values} > ${best}) | ((bitcast<vec4u>(${values}) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u)))`;
}

/** WGSL for log(1 + x), by its series where the sum would lose x. */
export const LOG1P_WGSL =
  "select(log(1.0f + x), x * (1.0f - x * (0.5f - x / 3.0f)), abs(x) < 0.01f)";
