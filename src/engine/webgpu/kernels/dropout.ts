import { float, type Kernel, makeKernel, read, write } from "../kernel.ts";
import {
  activationDerivative,
  deltaStart,
  deltaStride,
  type Tensor,
  valueStart,
} from "../tensors.ts";
import { dropoutWgsl, THREEFRY_WGSL } from "./threefry.ts";

/** A dropout between two tensors of the same shape. */
export interface DropoutShape {
  readonly name: string;
  readonly input: Tensor;
  readonly output: Tensor;
  readonly rate: number;
  /** Number of the key among a model's, and of keys. */
  readonly key: number;
  readonly keys: number;
  readonly models: number;
}

const THREADS = 64;

/** Values times their factors, 0 or 1 / (1 − rate); in prediction, a copy. One thread has one value. */
export function dropoutForward(shape: DropoutShape, mode: "training" | "prediction"): Kernel {
  const { name, input, output, rate, models } = shape;
  const training = mode === "training";
  return makeKernel({
    name: `${name} forward`,
    buffers: {
      input: read(`${input.name}.value`),
      value: write(`${output.name}.value`),
      ...(training ? { keys: read("keys", "vec2u") } : {}),
    },
    declarations: training ? `${THREEFRY_WGSL}\n${dropoutWgsl("dropoutFactor", rate)}` : "",
    ...grid(output, models),
    body: `${invocation(output)}
  let factor = ${training ? factorOf(shape) : float(1)};
  value[${valueStart(output, "sample")} + unit] = input[${
      valueStart(input, "sample")
    } + unit] * factor;`,
  });
}

/** Deltas times the same factors, drawn again. */
export function dropoutInputGradient(shape: DropoutShape): Kernel {
  const { name, input, output, rate, models } = shape;
  return makeKernel({
    name: `${name} input gradient`,
    buffers: {
      delta: read(`${output.name}.delta`),
      value: read(`${input.name}.value`),
      inputDelta: write(`${input.name}.delta`),
      keys: read("keys", "vec2u"),
    },
    declarations: `${THREEFRY_WGSL}\n${dropoutWgsl("dropoutFactor", rate)}`,
    ...grid(output, models),
    body: `${invocation(output)}
  let factor = ${factorOf(shape)} * ${
      activationDerivative(input, `value[${valueStart(input, "sample")} + unit]`)
    };
  inputDelta[${deltaStart(input, "sample")} + unit] = delta[${
      deltaStart(output, "sample")
    } + unit] * factor;`,
  });
}

function factorOf({ key, keys }: DropoutShape): string {
  return `dropoutFactor(keys[model * ${keys}u + ${key}u], step.position + sample, unit)`;
}

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
